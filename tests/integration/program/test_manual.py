"""`flags manual` and `flags completion`: the pages and the scripts say what
--help says, no less and no more, and the programs that read them accept them."""

import re
import shutil
import subprocess

import harness
from harness import Case

COMMANDS = ("get", "compare", "serve", "list", "verify", "merge")
PAGES = ("", *COMMANDS)
HEAD = re.compile(r"  (?:-(\w), |    )--([\w.-]+)(?:=(\S+))?(?:$|  +)")


class Option:
    def __init__(self, letter, name, metavar):
        self.spellings = ([f"-{letter}"] if letter else []) + [f"--{name}"]
        self.head = ", ".join(self.spellings)
        self.head += f"={metavar}" if metavar else ""
        self.takes_value = bool(metavar)
        self.text = ""

    def text_and_default(self):
        """The help without the default in parentheses at its end, and that;
        or all of it: some end with parentheses of their own."""
        yield self.text, None
        found = re.fullmatch(r"(.*) \((.*)\)", self.text)
        if found:
            yield found.groups()


def options_of(help_text):
    """The options that a --help lists."""
    options = []
    for line in help_text.splitlines():
        head = HEAD.match(line)
        if head:
            options.append(Option(*head.groups()))
            options[-1].text = line[head.end():]
        elif line.startswith(" " * 28):
            options[-1].text = f"{options[-1].text} {line.strip()}".strip()
    return options


def spellings(options):
    return sorted(word for option in options for word in option.spellings)


def one_line(text):
    return " ".join(text.split())


class Manual(Case):
    def printed(self, *args):
        run = self.flags(*args)

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "")
        return run.stdout

    def help(self, command):
        return self.printed(*filter(None, [command]), "--help")

    def page(self, command):
        return self.printed("manual", *filter(None, [command]))

    def written(self, command):
        path = self.home / "page.1"
        path.write_text(self.page(command), "ascii")
        return str(path)

    def tool(self, *command):
        """Run what reads pages and scripts; skip the test if it is missing."""
        if not shutil.which(command[0]):
            self.skipTest(f"{command[0]} is not installed")
        return subprocess.run(
            command, env=self.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=harness.limit(30))

    def rendered(self, command):
        """The page as it is read, on one line."""
        run = self.tool("groff", "-man", "-Tutf8", "-P-cbou",
                        self.written(command))
        self.assertEqual(run.returncode, 0, run.stderr)
        return one_line(run.stdout)


class Pages(Manual):
    def test_groff_has_no_warning(self):
        for command in PAGES:
            with self.subTest(command):
                run = self.tool("groff", "-man", "-ww", "-Tutf8", "-z",
                                self.written(command))

                self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_mandoc_misses_nothing_but_the_date(self):
        for command in PAGES:
            with self.subTest(command):
                run = self.tool("mandoc", "-Tlint", "-Wwarning",
                                self.written(command))

                found = (run.stdout + run.stderr).splitlines()
                self.assertEqual(
                    [line for line in found if "missing date" not in line], [])

    def test_the_options_are_those_of_the_help(self):
        for command in COMMANDS:
            with self.subTest(command):
                section = re.search(r'^\.SH "OPTIONS"\n(.*?)^\.SH ',
                                    self.page(command), re.M | re.S)[1]
                heads = re.findall(r"^\.TP\n(.*)$", section, re.M)
                heads = [re.sub(r"\\f[BIR]", "", head).replace("\\-", "-")
                         for head in heads]

                self.assertEqual(
                    heads,
                    [option.head for option in options_of(self.help(command))])

    def test_each_option_has_its_help_and_its_default(self):
        for command in COMMANDS:
            page = self.rendered(command)
            for option in options_of(self.help(command)):
                with self.subTest(f"{command} {option.head}"):
                    ends = {
                        default
                        for text, default in option.text_and_default()
                        for found in [re.search(
                            re.escape(f" {option.head} ")
                            + f"(?i:{re.escape(text[0])})"
                            + re.escape(f"{text[1:]}.")
                            + r"(?: Accepted: .*?\.)?"
                            + (re.escape(f" Default: {default}.")
                               if default else "(?! Default)"), page)]
                        if found}

                    self.assertEqual(len(ends), 1, option.text)

    def test_no_other_line_of_the_help_is_lost(self):
        for command in PAGES:
            page = self.rendered(command)
            help_text = self.help(command)
            if not command:
                help_text = help_text[:help_text.index("Commands:")]
            for line in help_text.splitlines():
                is_option = HEAD.match(line) or line.startswith(" " * 28)
                if is_option or line == "Example:":
                    continue
                with self.subTest(line):
                    line = one_line(re.sub(r"^Usage: |:$", "", line))
                    self.assertRegex(page, f"(?i:{re.escape(line[:1])})"
                                     + re.escape(line[1:]))

    def test_the_page_of_the_program_names_all_commands(self):
        page = self.rendered("")
        listed = re.findall(r"^  (\w+) +(.*)$", self.help(""), re.M)

        self.assertEqual([name for name, _ in listed], list(COMMANDS))
        for name, purpose in listed:
            purpose = purpose[0].upper() + purpose[1:]
            self.assertIn(f"flags {name} {purpose}; see flags-{name}(1).", page)

    def test_each_page_refers_to_all_others(self):
        names = {f"flags-{command}" if command else "flags"
                 for command in PAGES}
        for command in PAGES:
            page = self.rendered(command)
            own = f"flags-{command}" if command else "flags"

            found = page[page.rindex(" SEE ALSO "):]

            self.assertEqual(set(re.findall(r"\b([a-z-]+)\(1\)", found)),
                             names - {own})

    def statuses(self, command):
        page = self.page(command)
        section = re.search(r'^\.SH "EXIT STATUS"\n(.*?)^\.SH ', page,
                            re.M | re.S)[1]
        return re.findall(r"^\.TP\n\\fB(\d+)", section, re.M)

    def test_statuses_are_those_that_a_command_can_have(self):
        self.assertEqual(self.statuses("get"), "0 1 2 3 4 5 7 128".split())
        self.assertEqual(self.statuses("compare"), "0 2 3 4 5 6 128".split())
        self.assertEqual(self.statuses("serve"), "0 2 5 128".split())
        self.assertEqual(self.statuses("list"), "0 2 4 5 128".split())
        self.assertEqual(self.statuses("verify"), "0 2 5 6 128".split())
        self.assertEqual(self.statuses("merge"), "0 1 2 3 4 5 7 128".split())
        self.assertEqual(self.statuses(""), "0 1 2 3 4 5 6 7 128".split())

    def test_each_kind_of_fault_and_each_profile_is_explained(self):
        page = self.page("serve")
        rule = next(option for option in options_of(self.help("serve"))
                    if option.head == "--fault=RULE")
        kinds = re.split(r", |; with --\S+: ",
                         rule.text[rule.text.index("Kinds: ") + 7:])
        profiles = self.flags("serve", "--profile", "?").stderr
        profiles = re.findall(r"[A-Z]{4,}", profiles)

        self.assertGreater(len(kinds), 20)
        self.assertEqual(len(profiles), 6)
        for name in kinds + profiles:
            name = name.replace("-", r"\-")
            self.assertRegex(
                page, re.compile(r"^\.TP\n\\fB%s\b" % re.escape(name), re.M))

    def test_each_field_of_a_condition_is_named(self):
        refused = self.flags("compare", "--fail-if", "async.? > 1").stderr
        known = self.flags("compare", "--fail-if", "async.nope > 1").stderr
        fields = known[known.index("there are ") + 10:].split()
        page = self.rendered("compare")

        self.assertTrue(refused)
        self.assertGreater(len(fields), 20)
        for field in fields:
            self.assertRegex(page, rf"[ ,]{field}\b")

    def test_each_server_is_explained(self):
        labels = self.flags("get", "-s", "?").stderr
        labels = re.findall(r"\b[A-Z-]{4,}\b", labels)

        self.assertEqual(len(labels), 8)
        section = re.search(r'^\.SH "SERVERS"\n(.*?)^\.SH ', self.page("get"),
                            re.M | re.S)[1]
        for label in labels:
            self.assertIn(f"\\fB{label}\\fR",
                          section.replace("\\-", "-"))

    def test_only_those_who_ask_hear_of_it(self):
        for word in ("manual", "completion"):
            self.assertNotIn(word, self.help(""))
            self.assertNotIn(word, self.flags().stderr)
            self.assertIn("no such command", self.flags(word[:-1]).stderr)

    def test_a_page_or_shell_that_is_not_there_is_a_usage_error(self):
        for args in (["manual", "nope"], ["manual", "get", "serve"],
                     ["completion"], ["completion", "tcsh"],
                     ["completion", "bash", "zsh"], ["manual", "--all"]):
            with self.subTest(args):
                run = self.flags(*args)

                self.assertStatus(run, 2)
                self.assertEqual(run.stdout, "")
                self.assertRegex(run.stderr, r"\Aflags: .*\n\Z")

    def test_a_full_device_is_a_local_failure(self):
        for args in (["manual", "compare"], ["completion", "bash"]):
            with self.subTest(args), open("/dev/full", "wb") as full:
                self.assertStatus(self.flags(*args, stdout=full), 5)


class Completions(Manual):
    def script(self, shell):
        return self.printed("completion", shell)

    def written_script(self, shell):
        path = self.home / f"flags.{shell}"
        path.write_text(self.script(shell), "ascii")
        return str(path)

    def test_shells_can_read_them(self):
        for shell in ("bash", "zsh", "fish"):
            with self.subTest(shell):
                run = self.tool(shell, "-n", self.written_script(shell))

                self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_bash_has_the_options_of_the_help(self):
        for command in COMMANDS:
            with self.subTest(command):
                self.assertEqual(
                    self.completed(f"flags {command} -"),
                    spellings(options_of(self.help(command))))

    def test_zsh_has_the_options_of_the_help(self):
        script = self.script("zsh")
        for command in COMMANDS:
            with self.subTest(command):
                function = re.search(rf"^_flags_{command}\(\)\n(.*?)^}}",
                                     script, re.M | re.S)[1]
                found = re.findall(r"^ +'(?:\*|\([^)]*\))?(-[\w.-]+)[+=]?\[",
                                   function, re.M)

                self.assertEqual(sorted(found),
                                 spellings(options_of(self.help(command))))

    def test_fish_has_the_options_of_the_help(self):
        script = self.script("fish")
        for command in COMMANDS:
            with self.subTest(command):
                found = re.findall(rf"-n '__flags_command {command}'"
                                   r"(?: -s (\w))? -l ([\w.-]+)", script)

                self.assertEqual(
                    sorted(f"-{letter}" for letter, _ in found if letter)
                    + sorted(f"--{name}" for _, name in found),
                    sorted(spellings(options_of(self.help(command))),
                           key=lambda word: word.startswith("--")))

    # -- in a bash ----------------------------------------------------------

    def completed(self, line, words=None):
        """What bash offers for the last word of the line, sorted. Of a line
        with an equals sign, bash makes the words that `words` are."""
        words = words or line.split(" ")
        program = ('source "$1"; shift; COMP_WORDS=("$@");'
                   "COMP_CWORD=$(($# - 1)); _flags flags;"
                   '(("${#COMPREPLY[@]}" == 0)) ||'
                   ' printf "%s\\n" "${COMPREPLY[@]}"')
        run = self.tool("bash", "--norc", "--noprofile", "-c", program, "bash",
                        self.written_script("bash"), *words)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return sorted(run.stdout.splitlines())

    def test_a_command_is_completed(self):
        self.assertEqual(self.completed("flags "),
                         sorted([*COMMANDS, "-h", "--help", "-V", "--version"]))
        self.assertEqual(self.completed("flags co"), ["compare"])

    def test_an_option_is_completed(self):
        self.assertEqual(self.completed("flags get BR --str"), ["--strategy"])
        self.assertEqual(self.completed("flags list --str"), [])

    def test_a_choice_is_completed(self):
        for line in ("flags get -S ", "flags get --strategy "):
            self.assertEqual(self.completed(line),
                             ["async", "sequential", "threaded"])
        self.assertEqual(
            self.completed("", ["flags", "get", "--strategy", "="]),
            ["async", "sequential", "threaded"])
        self.assertEqual(
            self.completed("", ["flags", "get", "--strategy", "=", "th"]),
            ["threaded"])

    def test_a_server_is_completed(self):
        self.assertEqual(self.completed("flags get -s "),
                         ["CIRCLE-FLAGS", "DELAY", "ERROR", "FLAGCDN",
                          "FLAGSAPI", "FLUENTPYTHON", "LOCAL", "REMOTE"])

    def test_a_list_is_completed_word_by_word(self):
        self.assertEqual(self.completed("flags compare --strategies async,t"),
                         ["async,threaded"])
        self.assertEqual(self.completed("flags compare --strategies async,"),
                         ["async,sequential", "async,threaded"])
        self.assertEqual(self.completed("flags compare --reuse "),
                         ["no", "yes"])

    def test_nothing_is_known_of_a_number(self):
        self.assertEqual(self.completed("flags get -m "), [])
        self.assertEqual(self.completed("flags get --timeout -"), [])

    def test_codes_are_completed_in_either_case(self):
        wanted = ["BR"]
        for line in ("flags get br", "flags get US BR", "flags compare -a br",
                     "flags get -- br"):
            self.assertEqual(self.completed(line), wanted)
        self.assertEqual(len(self.completed("flags get ")), 194)
        self.assertEqual(self.completed("flags list b"), [])
        self.assertEqual(self.completed("flags serve b"), [])

    def test_files_and_directories_are_completed(self):
        (self.home / "a directory").mkdir()
        (self.home / "a file").touch()
        start = f"{self.home}/a"

        self.assertEqual(self.completed("", ["flags", "get", "-o", start]),
                         [f"{self.home}/a directory"])
        self.assertEqual(self.completed("", ["flags", "serve", "--log", start]),
                         [f"{self.home}/a directory", f"{self.home}/a file"])

    def test_the_command_behind_dashes_is_completed(self):
        self.assertIn("printf", self.completed("flags serve -p 0 -- print"))
        self.assertEqual(self.completed(f"flags serve -- ls {self.home}/fl"),
                         [f"{self.home}/flags.bash"])

    # -- in a fish ----------------------------------------------------------

    def fish(self, line):
        run = self.tool("fish", "--no-config", "-c",
                        'source "$argv[1]"; complete -C"$argv[2]"',
                        self.written_script("fish"), line)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return sorted(re.split(r"\t", offer)[0]
                      for offer in run.stdout.splitlines())

    def test_fish_completes_what_bash_does(self):
        self.assertEqual(self.fish("flags l"), ["list"])
        for line in ("flags get --str", "flags get -S ", "flags get -s ",
                     "flags compare --strategies async,t", "flags get br",
                     "flags get -m ", "flags list b", "flags co"):
            with self.subTest(line):
                self.assertEqual(self.fish(line), self.completed(line))


harness.main()
