package conformance

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

func init() {
	beam.RegisterType(reflect.TypeFor[Row]())
	dofn.Register2x0[[]byte, func(int64)](&chunksFn{})
	dofn.Register2x0[int64, func(Row)](&rowsFn{})
	beam.RegisterDoFn(&tapFn{})
	register.Emitter1[int64]()
	register.Emitter1[Row]()
}

// chunks is the number of parts of an input, so that a runner can form many bundles.
const chunks = 50

// source adds the rows of an input to a pipeline. A runner may run any part of it in a bundle of its own.
func source(s beam.Scope, in input) beam.PCollection {
	s = s.Scope("conformance.source")
	size := max(1, (in.Count+chunks-1)/chunks)
	starts := beam.Reshuffle(s, beam.ParDo(s, &chunksFn{First: in.First, Count: in.Count, Size: size}, beam.Impulse(s)))
	return beam.ParDo(s, &rowsFn{Input: in, Size: size}, starts)
}

// chunksFn emits the first id of each chunk.
type chunksFn struct{ First, Count, Size int64 }

// ProcessElement emits the ids for the impulse.
func (f *chunksFn) ProcessElement(_ []byte, emit func(int64)) {
	for i := int64(0); i < f.Count; i += f.Size {
		emit(f.First + i)
	}
}

// CMEKHelper tells guard that nothing is stored.
func (f *chunksFn) CMEKHelper() destination.None { return destination.None{} }

// rowsFn emits the rows of a chunk.
type rowsFn struct {
	Input input
	Size  int64
}

// ProcessElement emits the rows of a chunk.
func (f *rowsFn) ProcessElement(first int64, emit func(Row)) {
	for id := first; id < min(first+f.Size, f.Input.First+f.Input.Count); id++ {
		emit(f.Input.row(id))
	}
}

// CMEKHelper tells guard that nothing is stored.
func (f *rowsFn) CMEKHelper() destination.None { return destination.None{} }

// tapFn emits its rows and calls a URL for each. It reaches the test over HTTP, because only the fields of a DoFn are
// encoded for a worker.
type tapFn struct {
	URL string
	ID  int64
}

// ProcessElement calls before it emits.
func (f *tapFn) ProcessElement(ctx context.Context, r Row, emit func(Row)) error {
	if r.ID == f.ID {
		if err := f.call(ctx); err != nil {
			return err
		}
	}
	emit(r)
	return nil
}

func (f *tapFn) call(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.URL, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the test answered %s", answer.Status)
	}
	return nil
}

// CMEKHelper tells guard that nothing is stored.
func (f *tapFn) CMEKHelper() destination.None { return destination.None{} }
