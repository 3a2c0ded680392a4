package keyedgcs

import (
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// loudWriter can't fail unheard, and shows no part of a file as the whole, for callers that are known to do both.
type loudWriter struct {
	*Writer
	ends ends
}

// Write sends bytes, unless they begin an Avro file.
func (w *loudWriter) Write(p []byte) (int, error) {
	w.ends.add(p)
	if w.err == nil && w.ends.avro() {
		w.refuse(cmekpipe.Unsupported, "use avroio.Write of cmekpipe/io/avroio",
			errors.New("got an Avro file, of which a part can't be told from the whole when a row has failed"))
	}
	return w.Writer.Write(p)
}

// Close commits the object, or panics with the reason why it can't. When the function that deferred it panics, there is
// nothing to commit, and the panic goes on.
func (w *loudWriter) Close() error {
	if cause := recover(); cause != nil { // not nil only if Close itself was deferred
		w.Abort()
		panic(cause)
	}
	if !w.closed && w.err == nil && !w.ends.whole(w.object.Name()) {
		w.refuse(cmekpipe.Corrupted, "see the error before this one, with which its writer gave up",
			errors.New("got the beginning of a file, which would pass for the whole"))
	}
	if err := w.Writer.Close(); err != nil {
		panic(err)
	}
	return nil
}

// refuse gives the upload up with an error of its own.
func (w *loudWriter) refuse(code cmekpipe.Code, hint string, err error) {
	w.fail(&cmekpipe.Error{Op: w.store.Op, Code: code, Resource: w.object.String(), Hint: hint, Err: err}) //nolint:errcheck // Write and Close return it
}
