package bigqueryio

import (
	"context"
	"crypto/rand"
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// loadFile is a complete Avro file, encrypted with the key of the temporary prefix. It is encoded with Beam's row coder.
type loadFile struct {
	Name  string
	Rows  int64
	Bytes int64
}

// fileFn writes the rows of each bundle to an Avro file and emits it, with a fixed key. A file of a bundle that failed
// is never loaded.
type fileFn struct {
	rows
	Temp cmekpipe.Object

	store   *keyedgcs.Store
	rowType bqrow.Type
	header  bqrow.AvroHeader
	row     reflect.Value
	out     *avroWriter // nil before the first row
	object  cmekpipe.Object
}

// Setup opens the client.
func (f *fileFn) Setup(ctx context.Context) error {
	t, err := f.newRowType()
	if err == nil {
		f.header, err = t.NewAvroHeader()
	}
	if err != nil {
		return wrong(f.Table, err.Error(), "build workers and launcher from the same program")
	}
	f.rowType, f.row = t, reflect.New(f.Type.T).Elem()
	f.store, err = keyedgcs.Open(ctx, opWrite)
	return err
}

// Teardown abandons an open file and releases the client.
func (f *fileFn) Teardown() error {
	f.abandon()
	return f.store.Close()
}

func (f *fileFn) abandon() {
	f.out.abort()
	f.out, f.refused = nil, nil
}

// StartBundle abandons the file of a failed bundle.
func (f *fileFn) StartBundle(_ run, _ func(int, loadFile), _ func(beam.EventTime, beam.X)) {
	f.abandon()
}

// ProcessElement writes a row.
func (f *fileFn) ProcessElement(
	ctx context.Context, t beam.EventTime, row beam.X, r run, _ func(int, loadFile), refused func(beam.EventTime, beam.X),
) error {
	if f.out == nil {
		object, err := newLoadFile(f.Temp, r)
		if err != nil {
			return err
		}
		f.object = object
		f.out = newAvroWriter(f.store.Create(ctx, object, avroType), f.rowType, f.header)
	}
	f.row.Set(reflect.ValueOf(row))
	bad, err := f.out.write(f.row)
	if err != nil {
		return err
	}
	if bad != nil {
		if err := f.refuse(element{row, t}, bad); err != nil {
			return err
		}
	}
	f.release(refused)
	return nil
}

// FinishBundle commits the bundle's file.
func (f *fileFn) FinishBundle(
	_ context.Context, _ run, emit func(int, loadFile), refused func(beam.EventTime, beam.X),
) error {
	if f.out == nil {
		return nil
	}
	defer f.abandon()
	if err := f.out.close(); err != nil {
		return err
	}
	f.release(refused)
	emit(0, loadFile{Name: f.object.Name(), Rows: f.out.rows, Bytes: f.out.bytes})
	return nil
}

// CMEKDestination tells guard the destination of the files and their key.
func (f *fileFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindTemporaryFolder, Name: f.Temp.String(), Key: f.Temp.Key()}
}

// newLoadFile names a file for one attempt of a bundle.
func newLoadFile(temp cmekpipe.Object, r run) (cmekpipe.Object, error) {
	return sibling(temp, loadFolder(temp, r)+strings.ToLower(rand.Text())+".avro")
}

// loadFolder is the folder of a run's files.
func loadFolder(temp cmekpipe.Object, r run) string {
	return strings.TrimSuffix(temp.Name(), "/") + "/cmekpipe-load-" + r.ID + "/"
}

// sibling names another object of the bucket with the same key.
func sibling(o cmekpipe.Object, name string) (cmekpipe.Object, error) {
	return o.Key().Object("gs://" + o.Bucket() + "/" + name)
}
