// How tests in Go meet faults that are the same in each run: go test.
package faults

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

var base string

func run(m *testing.M) int {
	flags := os.Getenv("FLAGS_PROGRAM")
	if flags == "" {
		flags = "flags"
	}
	// No --exit-with-parent: it goes by the thread that started it.
	server := exec.Command(flags, "serve", "-q", "-p", "0",
		"--ready", "json", "--fault", "status=503 @/br/* #2")
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Wait()
	defer server.Process.Signal(os.Interrupt)
	var ready struct{ URLs []string }
	line, _ := bufio.NewReader(out).ReadBytes('\n')
	if json.Unmarshal(line, &ready) != nil || len(ready.URLs) == 0 {
		return 1
	}
	base = ready.URLs[0]
	return m.Run()
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func control(name string) string {
	return strings.TrimSuffix(base, "/flags") + "/__flags/" + name
}

// What is tested: a client that tries again.
func get(url string, tries int) (int, string) {
	answer, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode == 200 || tries == 1 {
		return answer.StatusCode, string(body)
	}
	return get(url, tries-1)
}

func reset(t *testing.T) {
	answer, err := http.Post(control("reset"), "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
}

func TestTwoFailuresAreOvercome(t *testing.T) {
	reset(t)
	status, body := get(base+"/br/br.gif", 3)
	if status != 200 || !strings.HasPrefix(body, "GIF") {
		t.Errorf("status %d", status)
	}
	status, seen := get(control("verify?path=/br/br.gif&times=3"), 1)
	if status != 200 {
		t.Error(seen)
	}
}

func TestTheLastOneIsTold(t *testing.T) {
	reset(t)
	if status, _ := get(base+"/br/br.gif", 2); status != 503 {
		t.Errorf("status %d", status)
	}
}
