package keyedfs

import (
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/cmekgs"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// strictWriter is the file that [FS.OpenWrite] returns. It panics where callers are known to ignore errors, and refuses
// files that its caller may have left incomplete.
type strictWriter struct {
	*keyedgcs.Writer
	object cmekpipe.Object
	ends   ends
}

// Write sends bytes. It refuses an Avro file.
func (w *strictWriter) Write(p []byte) (int, error) {
	w.ends.add(p)
	if w.ends.avro() {
		w.refuse(cmekpipe.Unsupported, "use avroio.Write of cmekpipe/io/avroio",
			errors.New("got an Avro file, which looks complete even if writing it stopped at a failed row"))
	}
	return w.Writer.Write(p)
}

// Close commits the object, or panics with the error. If it was deferred by a function that panics, it commits nothing and
// panics on.
func (w *strictWriter) Close() error {
	if cause := recover(); cause != nil { // not nil only if Close itself was deferred
		w.Abort()
		panic(cause)
	}
	if !w.ends.whole(w.object.Name()) {
		w.refuse(cmekpipe.Corrupted, "see the previous error: the file's writer stopped there",
			errors.New("got an incomplete file, want a whole one"))
	}
	if err := w.Writer.Close(); err != nil {
		panic(err)
	}
	return nil
}

// refuse aborts the upload with an error.
func (w *strictWriter) refuse(code cmekpipe.Code, hint string, err error) {
	w.AbortWith(&cmekpipe.Error{Op: cmekgs.Scheme, Code: code, Resource: w.object.String(), Hint: hint, Err: err})
}
