package conformance

import (
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Row is what the suite writes through every connector. A harness turns it into what its connector takes.
type Row struct {
	// ID is unique within a run.
	ID int64
	// Payload is any valid UTF-8: empty, with line breaks, NULs and quotes, or megabytes long.
	Payload string
}

// Harness is what the suite must know about one way of writing.
type Harness struct {
	// Name is the call and, where it has several ways, which: "bigqueryio.Write, exactly once".
	Name string
	// KeyLocation is where the suite makes its keys: "us-central1".
	KeyLocation string
	// New ties the connector to a cloud of its own. It is called once for each case.
	New func(t testing.TB, cloud *cmektest.Cloud) Sink
	// Writes are the calls that carry rows, as patterns of emulator.Fault.Method: "storage.objects.insert". The suite
	// makes each of them fail in every way that a client should try again after.
	Writes []emulator.Method
	// Sometimes are further such calls, which the first attempt makes and a repeated one may do without.
	Sometimes []emulator.Method
	// Also are calls that it makes beside them, to read or to tidy up, and that may end a run if they are forbidden.
	Also []emulator.Method
	// ExactlyOnce tells that a bundle which is run again adds no row, whatever the first attempt did.
	ExactlyOnce bool
	// Names are legal last parts of a destination's name that are hard to carry: blanks, "?", "%2F", accents.
	Names []string
	// MaxPayload is the size of the largest payload that the service takes in one row, in bytes, or 8 MiB if that is less.
	MaxPayload int
	// Partial says why a run that fails may leave rows that can be seen: the service has no way to show them all at once.
	// It is empty where a run shows all of its rows or none.
	Partial string
	// Inherits are the kinds of resources, as the ledger calls them, whose create call has no field for a key, so that
	// they rest under the key of what they are in: "writeStream".
	Inherits []emulator.Kind
	// Overwrites says why a destination that rests under another key is no fault of this connector, because it replaces
	// the whole destination under the right one. It is empty where such a destination is refused.
	Overwrites string
}

// Sink is a connector in one cloud. The name of a destination is its last part: an object's prefix, a table's id.
type Sink interface {
	// Prepare makes what must exist before a pipeline may write to a destination, under key where it has a key: a bucket,
	// a dataset, a whole database. It may be called for several names.
	Prepare(t testing.TB, name string, key cmekpipe.KeyName)
	// Occupy makes the destination itself under key, or under none if key is zero. It is not called for harnesses that
	// overwrite.
	Occupy(t testing.TB, name string, key cmekpipe.KeyName)
	// Write adds the connector to a pipeline that writes rows, a PCollection<Row>.
	Write(s beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection)
	// Destination is what guard must read off the graph for it.
	Destination(name string) string
	// Rows reads what anybody can see at the destination, through Google's client, in any order and doubles included. A
	// destination that does not exist has none.
	Rows(t testing.TB, name string) []Row
}

// Apart is a Sink that can be told from others of its harness by the names of all that it makes, so that the randomised
// test sees whose key is whose.
type Apart interface {
	// Apart returns a sink of the same kind whose buckets, datasets and other containers are its own and have tag, which
	// is a legal last part of each of their names, in their names.
	Apart(tag string) Sink
}
