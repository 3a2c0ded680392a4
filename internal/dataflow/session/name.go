package session

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// JobName returns the name of the options, or generates one from the time and a random number.
func JobName(opts *cmekpipe.Options) string {
	if name := opts.JobName(); name != "" {
		return name
	}
	return "cmekpipe-" + time.Now().UTC().Format("20060102-150405") + "-" + randomHex(4)
}

// RequestID generates the id of a job's request.
func RequestID() string { return randomHex(16) }

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails: see package crypto/rand
	return hex.EncodeToString(b)
}
