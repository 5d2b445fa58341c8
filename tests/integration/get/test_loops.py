"""Several event loops, and one schedule: what holds for one holds for all."""

import json
import os
import re
import signal
import threading
import time
import urllib.request

import harness
from harness import Case, corpus_file, counted, files_in


class Loops(Case):
    def statistics(self, server):
        url = f"http://127.0.0.1:{server.port}/__flags/stats"
        with urllib.request.urlopen(url, timeout=harness.limit(10)) as answer:
            return json.load(answer)

    def listed(self, lines):
        path = self.home / "list"
        path.write_text("".join(lines))
        return path

    def hung(self, loops, *args):
        """A run with six requests in flight, none of which is answered."""
        def hang(connection):
            connection.read_request()
            connection.hold()

        server = self.raw_server(hang)
        running = self.start("get", "-o", self.out, "--loops", loops, "-m", "6",
                             "-s", server.url, "-t", "60", *args)
        server.wait_for_requests(6)
        return running

    def test_share_the_limit_of_requests_and_the_numbers_of_slots(self):
        server = self.serve("--delay", "uniform:.001:.01", "--seed", "5")

        run = self.get("-a", "-s", server.url, "--loops", "3", "-m", "7",
                       "--json")

        self.assertStatus(run, 0)
        self.assertEqual(len(files_in(self.out)), 194)
        slots = {request["worker"] for item in json.loads(run.stdout)["items"]
                 for request in item["requests"]}
        self.assertLessEqual(slots, set(range(1, 8)))
        seen = self.statistics(server)
        self.assertEqual(seen["requests"], 194)
        self.assertLessEqual(seen["peak_in_flight"], 7)
        self.assertLessEqual(seen["connections"], 7)

    def test_tell_what_all_of_them_do(self):
        running = self.hung(3)
        running.signal(signal.SIGQUIT)
        run = running.finish()
        self.assertStatus(run, -signal.SIGQUIT)
        dumps = re.split(r"(?m)^flags: tasks of event loop (\d):\n", run.stderr)
        self.assertEqual(dumps[1::2], ["1", "2", "3"], str(run))
        for dump in dumps[2::2]:
            self.assertEqual(
                sorted(re.findall(r"(?m)^Task-\d+ \((\w+)\)", dump)),
                ["run_attempt", "run_attempt", "supervise"], str(run))

    def test_have_a_thread_each(self):
        threads = {}
        for loops in (1, 3):
            running = self.hung(loops)
            threads[loops] = len(os.listdir(f"/proc/{running.pid}/task"))
            running.signal(signal.SIGTERM)
            self.assertStatus(running.finish(), -signal.SIGTERM)

        self.assertEqual(threads[3], threads[1] + 2)

    def test_are_all_stopped_by_a_signal(self):
        running = self.hung(3, "-a")

        running.signal(signal.SIGINT)
        run = running.finish()

        self.assertStatus(run, -signal.SIGINT)
        self.assertEqual(counted(run), {"ok": 0, "cancelled": 194}, str(run))

    def test_are_all_stopped_by_the_first_failure(self):
        server = self.serve("--fault", "status=500 @/**/fr.gif", "--fault",
                            "hang=headers @/**", "--seed", "1")

        run = self.get("-s", server.url, "--loops", "3", "-m", "20",
                       "--fail-early")

        self.assertStatus(run, 3)
        self.assertEqual(counted(run), {"ok": 0, "error": 1,
                                        "cancelled": 19})

    def test_try_again_and_keep_to_the_limits_of_an_origin(self):
        server = self.serve("--fault", "status=503 #1", "--delay", "5ms")

        run = self.get("-s", server.url, "--loops", "4", "-m", "16", "--retry",
                       "1", "--retry-delay", "20ms", "--max-host", "3")

        self.assertStatus(run, 0)
        self.assertCorpus(self.out)
        seen = self.statistics(server)
        self.assertEqual(seen["requests"], 40)
        self.assertLessEqual(seen["peak_in_flight"], 3)

    def test_together_keep_no_more_connections_than_one(self):
        lock = threading.Lock()
        now, most = set(), []

        def answer(connection):
            with lock:
                now.add(connection)
                most.append(len(now))
            while connection.read_request():
                connection.answer(200, corpus_file("br").read_bytes())
            with lock:
                now.discard(connection)

        port = self.raw_server(answer).port
        hosts = [f"h{i}.test" for i in range(48)]
        run = self.get("--loops", "8", "-m", "8", "-i", self.listed(
            f"http://{host}:{port}/br.gif\t{host}.gif\n" for host in hosts),
            *(word for host in hosts for word in
              ("--resolve", f"{host}:{port}:127.0.0.1")))

        self.assertStatus(run, 0)
        self.assertEqual(len(files_in(self.out)), len(hosts))
        # Each keeps one and has one in use; and we are late to see the end of
        # others. Did each keep eight, all of these would be open at once.
        self.assertLess(max(most), 40)

    def test_share_a_rate(self):
        server = self.serve()

        begin = time.monotonic()
        run = self.get("-s", server.url, "--loops", "3", "-m", "20", "--rate",
                       "40/s")

        self.assertStatus(run, 0)
        # Twenty starts are 19 intervals.
        self.assertGreater(time.monotonic() - begin, 19 / 40)

    def test_read_a_list_as_it_comes(self):
        server = self.serve()
        path = self.home / "pipe"
        os.mkfifo(path)
        running = self.start("get", "-o", self.out, "--loops", "3", "-m", "6",
                             "-s", server.url, "-i", path)
        with open(path, "w") as pipe:
            for code in ("br", "de", "us", "fr", "jp"):
                pipe.write(f"{server.url}/{code}/{code}.gif\n")
                pipe.flush()
                harness.until((self.out / f"{code}.gif").exists,
                              seconds=30)
        self.assertStatus(running.finish(), 0)

    def test_are_no_more_than_requests_in_flight(self):
        run = self.get("--loops", "64", "-m", "2")

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "")
        self.assertCorpus(self.out)

    def test_are_of_one_strategy(self):
        run = self.get("--loops", "2", "-S", "threaded")

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "flags: warning: --loops 2: threaded has "
                         "no event loop\n")

    def test_are_counted_from_1_to_64(self):
        for value in ("0", "65", "-1", "two", "1.5", ""):
            with self.subTest(value):
                run = self.get(f"--loops={value}")

                self.assertStatus(run, 2)
                self.assertEqual(run.stdout, "")
                self.assertIn("auto, or how many, from 1 to 64", run.stderr)


if __name__ == "__main__":
    harness.main()
