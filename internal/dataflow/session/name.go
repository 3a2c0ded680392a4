package session

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// JobName returns the name of the options, or makes one up from the time and chance.
func JobName(opts *cmekpipe.Options) string {
	if name := opts.JobName(); name != "" {
		return name
	}
	return "cmekpipe-" + time.Now().UTC().Format("20060102-150405") + "-" + randomHex(4)
}

// RequestID makes up what a job's request is known by.
func RequestID() string { return randomHex(16) }

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails: see package crypto/rand
	return hex.EncodeToString(b)
}
