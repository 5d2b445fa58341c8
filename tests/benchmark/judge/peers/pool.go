// A pool of workers on net/http, as one writes it: one read and one write for a
// small file, a temporary name and a rename.
//
// usage: pool LIST DIRECTORY IN-FLIGHT [CA [2]]     lines of LIST: URL, tab, name
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

func save(body io.Reader, length int64, path string) error {
	part := path + ".part"
	if length >= 0 && length <= 1<<20 {
		data, err := io.ReadAll(body)
		if err == nil {
			err = os.WriteFile(part, data, 0644)
		}
		if err != nil {
			return err
		}
		return os.Rename(part, path)
	}
	file, err := os.Create(part)
	if err == nil {
		_, err = io.Copy(file, body)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return err
	}
	return os.Rename(part, path)
}

func get(client *http.Client, line string, directory string) error {
	url, name, _ := strings.Cut(line, "\t")
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		log.Fatal(url, ": ", answer.Status)
	}
	return save(answer.Body, answer.ContentLength, filepath.Join(directory, name))
}

func main() {
	count, err := strconv.Atoi(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: count, MaxIdleConns: count,
		MaxConnsPerHost: count, DisableCompression: true}
	if len(os.Args) > 4 {
		pem, err := os.ReadFile(os.Args[4])
		if err != nil {
			log.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
		transport.ForceAttemptHTTP2 = len(os.Args) > 5
	}
	client := &http.Client{Transport: transport}
	list, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	lines := make(chan string, count)
	var all sync.WaitGroup
	for i := 0; i < count; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for line := range lines {
				if err := get(client, line, os.Args[2]); err != nil {
					log.Fatal(err)
				}
			}
		}()
	}
	for scanner := bufio.NewScanner(list); scanner.Scan(); {
		lines <- scanner.Text()
	}
	close(lines)
	all.Wait()
}
