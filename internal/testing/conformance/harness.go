package conformance

import (
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Row is the element that the suite writes through every connector. A harness converts it to the connector's input.
type Row struct {
	// ID is unique within a run.
	ID int64
	// Payload is any valid UTF-8: empty, with line breaks, NULs and quotes, or megabytes long.
	Payload string
}

// Harness describes one way of writing to the suite.
type Harness struct {
	// Name is the call and, if it has several ways of writing, the way: "bigqueryio.Write, exactly once".
	Name string
	// KeyLocation is the location of the suite's keys: "us-central1".
	KeyLocation string
	// New connects the connector to a new cloud. It is called once for each case.
	New func(t testing.TB, cloud *cmektest.Cloud) Sink
	// Writes are the calls that write rows, as patterns of emulator.Fault.Method: "storage.objects.insert". The suite
	// fails each of them in every way after which a client should retry.
	Writes []emulator.Method
	// Sometimes are further such calls, which the first attempt makes and a repeated one may omit.
	Sometimes []emulator.Method
	// Also are other calls, to read or to clean up, which may end a run if they are forbidden.
	Also []emulator.Method
	// ExactlyOnce reports that a repeated bundle adds no row, whatever the first attempt did.
	ExactlyOnce bool
	// Names are valid last parts of a destination's name that are hard to encode: blanks, "?", "%2F", accents.
	Names []string
	// MaxPayload is the size in bytes of the largest payload that the service accepts in one row, at most 8 MiB.
	MaxPayload int
	// Partial is the reason why a failed run may leave visible rows: the service can't show them all at once. It is
	// empty if a run shows all of its rows or none.
	Partial string
	// Second says what a second run with the same rows and destination does.
	Second Second
	// Leaves is the reason why objects of the first run may stay when a second run replaces its rows. It is empty if none
	// stays.
	Leaves string
	// Fleeting is the reason why rows are lost when the cloud's clock moves before they are read. It is empty if none is.
	Fleeting string
	// Inherits are the kinds of resources, as in the ledger, that are encrypted with the key of their container because
	// their create call has no field for a key: "writeStream".
	Inherits []emulator.Kind
	// Overwrites is the reason why this connector accepts a destination that is encrypted with another key: it replaces
	// the whole destination by one with the right key. It is empty if the connector refuses such a destination.
	Overwrites string
}

// Second says what a second run with the same destination does. The zero Second is not valid.
type Second int

const (
	// Repeats: rows have a key and are written in place, so that a second run changes nothing.
	Repeats Second = iota + 1
	// Adds: a second run adds its rows.
	Adds
	// Replaces: the rows of the second run replace those of the first. Two runs at the same time are not supported.
	Replaces
)

// Sink is a connector in one cloud. A destination is named by its last part: an object's prefix, a table's id.
type Sink interface {
	// Prepare creates what must exist before a pipeline may write to a destination, such as a bucket, dataset or
	// database, encrypted with key if it can have a key. It may be called for several names.
	Prepare(t testing.TB, name string, key cmekpipe.KeyName)
	// Occupy creates the destination itself, encrypted with key, or without a key if key is zero. It is not called for
	// harnesses that overwrite.
	Occupy(t testing.TB, name string, key cmekpipe.KeyName)
	// Write adds the connector to a pipeline that writes rows, a PCollection<Row>.
	Write(s beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection)
	// Destination is the destination that guard must find in the graph.
	Destination(name string) string
	// Rows returns the rows that are visible at the destination, read with Google's client, in any order and with
	// duplicates. A destination that does not exist has none.
	Rows(t testing.TB, name string) []Row
}

// Isolator is a Sink whose resources can be distinguished by name from those of other sinks of its harness, so that the
// randomised test can check each sink's key.
type Isolator interface {
	// Isolate returns a sink of the same kind with its own buckets, datasets and other containers, whose names contain
	// tag. Tag is a valid last part of each of their names.
	Isolate(tag string) Sink
}
