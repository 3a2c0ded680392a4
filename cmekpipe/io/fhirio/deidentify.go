package fhirio

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// Deidentify copies the resources of the store src, a full name, to the store dst, without the data that identifies a
// person, as config specifies. Both must be in one location, and src's dataset must have no customer-managed key: the
// Healthcare API does not de-identify resources of a dataset with one, see
// https://docs.cloud.google.com/healthcare-api/docs/cmek. So the data in src is not encrypted with a key of yours.
//
// It returns a PCollection<string> with the name of dst. Resources that can't be de-identified, and all other failures that
// Beam's Deidentify only logs, fail the pipeline; resources that were stored before remain.
//
// Deidentify panics with a [*cmekpipe.Error] when the pipeline is built: for the zero FHIRStore (KeyMissing), a store
// outside its key's location or in another than src (LocationMismatch), and a malformed name of src (InvalidName).
func Deidentify(
	s beam.Scope, src string, dst cmekpipe.FHIRStore, config *healthcare.DeidentifyConfig,
) beam.PCollection {
	must0(checkStore(opDeidentify, dst))
	must0(checkSource(src, dst))
	s = s.Scope(opDeidentify)
	return beam.ParDo(s, &maskFn{Source: src, Store: dst, Config: config}, beam.Impulse(s))
}

func checkSource(src string, dst cmekpipe.FHIRStore) error {
	source, err := dst.Key().FHIRStore(src) // parses the name; the key is ignored
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		e.Op = opDeidentify
		return e
	}
	if source.Location() != dst.Location() {
		return &cmekpipe.Error{Op: opDeidentify, Code: cmekpipe.LocationMismatch, Resource: src,
			Hint: "use two stores in one location", Err: errors.New("got a source in " + source.Location() + ", want " + dst.Location())}
	}
	return nil
}

// maskFn runs one de-identification.
type maskFn struct {
	Source string
	Store  cmekpipe.FHIRStore
	Config *healthcare.DeidentifyConfig

	client *client
	counts counters
}

// Setup opens the client.
func (f *maskFn) Setup(ctx context.Context) (err error) {
	f.counts = newCounters(opDeidentify)
	f.client, err = newClient(ctx, opDeidentify, f.Store)
	return err
}

// ProcessElement runs the operation.
func (f *maskFn) ProcessElement(ctx context.Context, _ []byte, emit func(string)) error {
	if err := f.client.verify(ctx); err != nil {
		return err
	}
	counter, err := f.client.deidentify(ctx, f.Source, f.Config)
	if err != nil {
		return f.explain(f.client.wrap(ctx, err))
	}
	f.counts.add(ctx, counter)
	if counter.Failure > 0 {
		return &cmekpipe.Error{Op: opDeidentify, Code: cmekpipe.Corrupted, Resource: f.Store.String(),
			Hint: "read the errors of the operation in Cloud Logging: gcloud logging read 'logName:healthcare.googleapis.com' --project=" + f.Store.Project(),
			Err:  fmt.Errorf("got %d resources that could not be de-identified, and %d that could", counter.Failure, counter.Success)}
	}
	emit(f.Store.String())
	return nil
}

// explain adds the likely reason of a refusal whose text says little.
func (f *maskFn) explain(err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && (e.Code == cmekpipe.PreconditionFailed || e.Code == cmekpipe.InvalidOptions) {
		e.Hint = "use a source store whose dataset has no customer-managed key; the dataset of " + f.Source + " may have one"
	}
	return err
}

// CMEKDestination tells guard the destination and its key.
func (f *maskFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindFHIRStore, Name: f.Store.String(), Key: f.Store.Key()}
}
