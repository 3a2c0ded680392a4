package fhirio

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// loadFn imports files. It emits the names of those that failed, with the reason, and the names of all others.
type loadFn struct {
	Store     cmekpipe.FHIRStore
	Temp      cmekpipe.Object
	Structure ContentStructure

	client *client
	counts counters
}

// Setup opens the client.
func (f *loadFn) Setup(ctx context.Context) (err error) {
	f.counts = newCounters(opImport)
	f.client, err = newClient(ctx, opImport, f.Store)
	return err
}

// ProcessElement imports a file. It may be repeated.
func (f *loadFn) ProcessElement(ctx context.Context, name string, failed func(string, string), done func(string)) error {
	if err := f.client.verify(ctx); err != nil {
		return err
	}
	counter, err := f.client.importFile(ctx, "gs://"+f.Temp.Bucket()+"/"+name, f.Structure)
	if err != nil && !isAboutData(err) {
		return f.client.wrap(ctx, err)
	}
	f.counts.add(ctx, counter)
	switch reason := failure(counter, err); reason {
	case "":
		done(name)
	default:
		failed(name, reason)
	}
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *loadFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindFHIRStore, Name: f.Store.String(), Key: f.Store.Key()}
}

// isAboutData reports whether an import failed because of what is in the file: the service began to read it, and refused it
// as invalid. FAILED_PRECONDITION is no such answer, because it may come from a key, nor is a conflict, which is over soon.
func isAboutData(err error) bool {
	_, begun := errors.AsType[*operationError](err)
	return begun && gcperr.Code(err) == cmekpipe.InvalidOptions
}

// failure says why not all of a file's resources are in the store; "" if they are. A file is never empty, so an import
// that counts nothing has lost something.
func failure(counter healthcare.ProgressCounter, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case counter.Failure > 0:
		return fmt.Sprintf("%d resources were stored and %d were not; Cloud Logging has the reasons", counter.Success, counter.Failure)
	case counter.Success == 0:
		return "no resource was stored"
	}
	return ""
}

// counters are metrics under the names that Beam's fhirio gives them.
type counters struct{ stored, failed beam.Counter }

func newCounters(op string) counters {
	return counters{beam.NewCounter(op, "fhirio/resource_success_count"), beam.NewCounter(op, "fhirio/resource_error_count")}
}

func (c counters) add(ctx context.Context, counter healthcare.ProgressCounter) {
	c.stored.Inc(ctx, counter.Success)
	c.failed.Inc(ctx, counter.Failure)
}
