package fhirio

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// answer holds the results of the requests of one bundle.
type answer struct {
	succeeded, failed []string
	stored            int
	key               cmekpipe.Code // why the key made a request fail; "" if none did
}

// entries are a bundle's, request or answer.
type entries struct {
	Type  string            `json:"type"`
	Entry []json.RawMessage `json:"entry"`
}

// readAnswer sorts the answers to a bundle's requests. Everything but a clear success is a failure.
func readAnswer(bundle string, body []byte) (a answer) {
	var sent, got entries
	if err := json.Unmarshal(body, &got); err != nil {
		a.failed = append(a.failed, "got an answer that is not a Bundle: "+string(body))
		return a
	}
	_ = json.Unmarshal([]byte(bundle), &sent) // the service accepted it as a bundle
	switch {
	case len(got.Entry) != len(sent.Entry):
		a.failed = append(a.failed, fmt.Sprintf("got %d answers to %d requests: %s", len(got.Entry), len(sent.Entry), body))
	case got.Type == "transaction-response":
		a.succeeded, a.stored = []string{string(body)}, len(got.Entry)
	case got.Type == "batch-response":
		for i, entry := range got.Entry {
			a.add(i, entry)
		}
	default:
		a.failed = append(a.failed, "got an answer of another type than batch-response and transaction-response: "+string(body))
	}
	return a
}

// add sorts the answer to one request of a batch.
func (a *answer) add(i int, entry json.RawMessage) {
	var e struct {
		Response struct {
			Status  string          `json:"status"`
			Outcome json.RawMessage `json:"outcome"`
		} `json:"response"`
	}
	err := json.Unmarshal(entry, &e)
	status := e.Response.Status
	if err == nil && len(status) >= 3 && status[0] == '2' {
		a.succeeded = append(a.succeeded, string(entry))
		a.stored++
		return
	}
	if code := gcperr.TextCode(string(e.Response.Outcome)); code != "" {
		a.key = code
	}
	a.failed = append(a.failed, strings.TrimSpace(fmt.Sprintf("got status %q for request %d of a batch: %s", status, i, entry)))
}
