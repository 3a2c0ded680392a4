package explain

import (
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Text says what a message means that was found in the Google Cloud console, a log or a ticket: what is wrong with a key,
// and what to do about it. The message may come from Dataflow, Cloud KMS, Cloud Storage, BigQuery, Spanner, Bigtable,
// Firestore, Pub/Sub or Compute Engine. It may also be an error of this module, which is returned as it was.
//
// The resource of the error is the key that the message names, or else key, the key that was expected. If the two differ,
// the error says so and errors.Is finds KeyMismatch too. The zero key is not compared. A message that is not known gets the
// code JobFailed.
//
// Because a message may hold user data, the text of the error repeats nothing of it except names of keys, Google's service
// agents and APIs, project numbers, and the id of a perimeter's violation. The whole message is behind Unwrap of the cause.
func Text(text string, key cmekpipe.KeyName) *cmekpipe.Error {
	if e, ok := cmekpipe.FindError(text); ok {
		e.Err = &cause{e.Err.Error(), errors.New(text)}
		return e
	}
	const op = "explain.Text"
	fault, ok := FindFault(text)
	switch {
	case !ok && IsNoCredentials(text):
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NoCredentials, Resource: key.String(),
			Hint: Remedy(Case{Code: cmekpipe.NoCredentials}), Err: &cause{"no credentials were found", errors.New(text)}}
	case !ok:
		return &cmekpipe.Error{Op: op, Code: cmekpipe.JobFailed, Resource: key.String(),
			Hint: "read the messages before it; the first one names the cause",
			Err:  &cause{"got a message that is not known to be about a key", errors.New(text)}}
	}
	e := &cmekpipe.Error{Op: op, Code: fault.Code, Resource: key.String(), Hint: fault.remedy(Case{Key: key, Message: text}),
		Err: &cause{fault.Cause, errors.New(text)}}
	if !fault.Key.Valid() {
		return e
	}
	e.Resource = fault.Key.String()
	if key.Valid() && fault.Key != key {
		e.Err = &cause{fault.Cause + "; this is another key than " + key.String(),
			errors.Join(cmekpipe.KeyMismatch, errors.New(text))}
		e.Hint = "find out what uses " + e.Resource + "; then " + e.Hint
	}
	return e
}

// cause is the cause of an error whose own text is not shown.
type cause struct {
	text string
	err  error
}

func (c *cause) Error() string { return c.text }
func (c *cause) Unwrap() error { return c.err }
