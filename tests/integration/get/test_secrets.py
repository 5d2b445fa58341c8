"""What is for one server alone, in URLs, fields and proxies, is in nothing that a
run prints or writes, whatever becomes of the item; but in a list and in a
manifest a URL has its query, without which it would be another."""

import signal

import harness
from harness import Case, corpus_file, per_strategy

SECRET = "s3cret"
FIELDS = ("-H", f"Authorization: Bearer {SECRET}", "-H", f"Cookie: a={SECRET}",
          "-H", f"X-Api-Key: {SECRET}")
QUERY = (f"v=1&access_token={SECRET}&X-Amz-Signature={SECRET};KEY={SECRET}"
         f"&next=http://u:{SECRET}@h/&to=https%3A%2F%2Fu%3A{SECRET}%40h%2F")
PROXIES = ("http://u:{}@127.0.0.1:1", "http://u:{}@:99999x", "u:{}@127.0.0.1:1",
           "garbage://u:{}@h:9", "socks5h://{}@127.0.0.1:1",
           "http://u:@{}@127.0.0.1:1", "http://u:{}/@127.0.0.1:1")


def answer(connection):
    while request := connection.read_request():
        if "/hang/" in request.path:
            connection.hold()
        elif "/moved/" in request.path:
            connection.answer(302, Location=f"http://u:{SECRET}@127.0.0.1:1/x"
                                            f"?Signature={SECRET}#sig={SECRET}")
        elif "/500/" in request.path:
            connection.answer(500)
        else:
            connection.answer(200, corpus_file("br").read_bytes(),
                              Set_Cookie=f"session={SECRET}")


def urls_of(base):
    return [f"{base}/ok/a.gif?{QUERY}", f"{base}/500/b.gif?{QUERY}",
            f"{base}/moved/c.gif?{QUERY}", f"{base}/?{QUERY}",
            f"http://me:{SECRET}@127.0.0.1:1/e.gif?{QUERY}",
            f"ftp://me:{SECRET}@host/f.gif?{QUERY}",
            f"http://me:{SECRET}@127.0.0.1:99999/g.gif?{QUERY}",
            f"http://me:{SECRET}/x@127.0.0.1:x/h.gif",
            f"http:/me:{SECRET}@127.0.0.1/j.gif?{QUERY}",
            f"http:///me:{SECRET}@127.0.0.1/k.gif",
            f"http//me:{SECRET}@127.0.0.1/l.gif",
            f"{base}/hang/i.gif?{QUERY}#token={SECRET}"]


class Told(Case):
    def check(self, what, text):
        self.assertNotIn(SECRET, text, what)

    def listed(self, base):
        listed = self.home / "list"
        listed.write_text("\n".join(urls_of(base)) + "\n")
        return listed


class BeforeARun(Told):
    def test_secrets_are_in_no_plan_and_no_refusal(self):
        base = f"http://me:{SECRET}@127.0.0.1:1"
        plan = self.get("--dry-run", "-i", self.listed(base))
        self.check("the plan", plan.stdout + plan.stderr)
        self.assertIn("access_token=...", plan.stdout)
        for url in urls_of(base):
            refused = self.get("--max-host", "0", url)
            self.assertStatus(refused, 2)
            self.check(url, refused.stdout + refused.stderr)


@per_strategy
class InARun(Told):
    def test_are_in_nothing_that_a_run_tells(self, strategy):
        server = self.raw_server(answer)
        origin = f"127.0.0.1:{server.port}"
        base = f"http://me:{SECRET}@{origin}"
        listed = self.listed(base)
        files = {name: self.home / name
                 for name in ("json", "events", "trace", "failed")}
        running = self.start(
            "get", "-S", strategy, "-v", "-t", "60", "--timeline", "-o",
            self.out, *FIELDS, "-i", listed, *(f"--{name}={path}" for name, path in files.items()))
        server.wait_for_requests(4)
        running.wait_for("a.gif.* OK\n")
        running.signal(signal.SIGUSR1)
        running.wait_for("in flight\n", "stderr")
        running.signal(signal.SIGQUIT)
        run = running.finish()

        self.assertEqual(run.status, -signal.SIGQUIT, str(run))
        self.check("stdout", run.stdout)
        self.check("stderr", run.stderr)
        self.assertIn("access_token=...", run.stderr)
        self.assertIn("v=1&", run.stderr)
        self.assertIn("hang/i.gif", run.stderr)
        for name in ("json", "events", "trace"):
            self.check(name, files[name].read_text())
        for path in (files["failed"], self.out / ".flags-manifest.jsonl"):
            text = path.read_text()
            self.assertIn(f"//{origin}/", text)
            text = text.replace(QUERY, "").replace(f"#token={SECRET}", "")
            self.check(path.name, text)

    def test_are_not_told_of_a_proxy(self, strategy):
        for proxy in PROXIES:
            proxy = proxy.format(SECRET)
            for args, variable in ((["--proxy", proxy], ""), ([], proxy)):
                run = self.get("-S", strategy, "-v", "--json", *args,
                               "http://127.0.0.1:1/a.gif",
                               env={"http_proxy": variable})
                self.assertIn(run.status, (2, 3), str(run))
                self.check(proxy, run.stdout + run.stderr)


if __name__ == "__main__":
    harness.main()
