package fhirio

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

const (
	bufferSize = 1 << 20
	// batchSize is from how many bytes on a file is closed.
	batchSize = 256 << 20
)

// batchFn writes the elements of each bundle to files, one element a line, and emits the names of the files in their
// bucket. What can't be a line goes to the second output.
type batchFn struct {
	Store cmekpipe.FHIRStore
	Temp  cmekpipe.Object

	client *client
	files  *keyedgcs.Store
	folder string // id of the folder of this instance's files, and of no other's
	object cmekpipe.Object
	upload *keyedgcs.Writer // nil between files
	out    *bufio.Writer
	line   bytes.Buffer
	size   int
}

// Setup opens the clients.
func (f *batchFn) Setup(ctx context.Context) (err error) {
	if f.client, err = newClient(ctx, opImport, f.Store); err != nil {
		return err
	}
	f.out, f.folder = bufio.NewWriterSize(nil, bufferSize), keyedgcs.NewID()
	f.files, err = keyedgcs.Open(ctx, opImport)
	return err
}

// Teardown gives up an open file and releases the client.
func (f *batchFn) Teardown() error {
	f.abort()
	return f.files.Close()
}

// StartBundle abandons the file of a failed bundle.
func (f *batchFn) StartBundle(_, _ func(string)) { f.abort() }

// ProcessElement writes an element.
func (f *batchFn) ProcessElement(ctx context.Context, element string, emit, refuse func(string)) error {
	if err := f.client.verify(ctx); err != nil {
		return err
	}
	if !f.toLine(element) {
		refuse(element)
		return nil
	}
	if f.upload == nil {
		if err := f.open(ctx); err != nil {
			return err
		}
	}
	f.size += f.line.Len()
	if _, err := f.line.WriteTo(f.out); err != nil {
		f.abort()
		return err
	}
	if f.size >= batchSize {
		return f.commit(emit)
	}
	return nil
}

// FinishBundle commits the file.
func (f *batchFn) FinishBundle(_ context.Context, emit, _ func(string)) error {
	if f.upload == nil {
		return nil
	}
	return f.commit(emit)
}

// toLine puts a JSON object on one line, and reports whether it is one.
func (f *batchFn) toLine(element string) bool {
	f.line.Reset()
	if err := json.Compact(&f.line, []byte(element)); err != nil || f.line.Bytes()[0] != '{' {
		return false
	}
	f.line.WriteByte('\n')
	return true
}

func (f *batchFn) open(ctx context.Context) (err error) {
	if f.object, err = inFolder(f.Temp, tempFolder(f.folder)+batchName(keyedgcs.NewID())); err != nil {
		return err
	}
	f.upload = f.files.Create(ctx, f.object, "application/fhir+ndjson")
	f.out.Reset(f.upload)
	f.size = 0
	return nil
}

func (f *batchFn) commit(emit func(string)) error {
	defer f.abort()
	if err := f.out.Flush(); err != nil {
		return err
	}
	if err := f.upload.Close(); err != nil {
		return err
	}
	emit(f.object.Name())
	return nil
}

func (f *batchFn) abort() {
	if f.upload != nil {
		f.upload.Abort()
		f.upload = nil
	}
}

// CMEKDestination tells guard the destination and its key.
func (f *batchFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindTemporaryFolder, Name: f.Temp.String(), Key: f.Temp.Key()}
}
