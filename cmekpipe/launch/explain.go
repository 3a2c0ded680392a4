package launch

import (
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Explain says what a message means that somebody found in the Google Cloud console, a log or a ticket: what is wrong
// with a key, and what to do about it. The message may be one of Dataflow, Cloud KMS, Cloud Storage, BigQuery, Spanner,
// Bigtable, Firestore or Compute Engine, or an error of this module, which comes back as it was.
//
// The error's resource is the key that the message names or else key, which is the one that was expected; if they differ
// the error says so, and errors.Is finds KeyMismatch too. A key of the zero value is compared with nothing. A message that
// is not known has the code JobFailed.
//
// No word of the message is in the error's text but the names of a key and of a service agent of Google's: it may hold
// data. The whole message is behind Unwrap of the cause.
func Explain(text string, key cmekpipe.KeyName) *cmekpipe.Error {
	if e, ok := cmekpipe.FindError(text); ok {
		e.Err = &jobs.Withheld{Text: e.Err.Error(), Err: errors.New(text)}
		return e
	}
	const op = "launch.Explain"
	fault, ok := gcperr.ReadKeyFault(text)
	if !ok {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.JobFailed, Resource: key.String(),
			Hint: "read the messages before it, of which the first names the cause",
			Err:  &jobs.Withheld{Text: "got a message that is not known to be about a key", Err: errors.New(text)}}
	}
	e := &cmekpipe.Error{Op: op, Code: fault.Code, Resource: key.String(), Hint: fault.Remedy(gcperr.Where{Key: key}),
		Err: &jobs.Withheld{Text: fault.Cause, Err: errors.New(text)}}
	if !fault.Key.Valid() {
		return e
	}
	e.Resource = fault.Key.String()
	if key.Valid() && fault.Key != key {
		e.Err = &jobs.Withheld{Text: fault.Cause + "; this is another key than " + key.String(),
			Err: errors.Join(cmekpipe.KeyMismatch, errors.New(text))}
		e.Hint = "find out what uses " + e.Resource + "; then " + e.Hint
	}
	return e
}
