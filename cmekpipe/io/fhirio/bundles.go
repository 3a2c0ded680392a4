package fhirio

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// ExecuteBundles executes a PCollection<string> of bundles, each the JSON text of a FHIR Bundle of type batch or
// transaction, on a FHIR store. Source: method fhir.executeBundle of the API.
//
// It returns two PCollection<string>: the answer to each transaction, and to each request of a batch, that succeeded; and a
// message for each bundle, or request of a batch, that the service refused. A message contains the service's text, which
// may quote data.
//
// A bundle that conflicts with another one is sent again a few times, and is refused if it still does.
//
// A refusal for another reason than the data, such as a key that stopped working, ends the Beam bundle with an error.
// Requests that fail transiently are retried, see the package documentation; single failed requests of an
// answered batch are not.
//
// ExecuteBundles panics with a [*cmekpipe.Error] when the pipeline is built: for the zero FHIRStore (KeyMissing), a
// store outside its key's location (LocationMismatch), and elements that are not strings (InvalidOptions).
func ExecuteBundles(s beam.Scope, store cmekpipe.FHIRStore, bundles beam.PCollection) (answers, failures beam.PCollection) {
	must0(checkStore(opBundles, store))
	must0(checkStrings(opBundles, store.String(), bundles))
	return beam.ParDo2(s.Scope(opBundles), &bundleFn{Store: store}, bundles)
}

// bundleFn executes bundles.
type bundleFn struct {
	Store cmekpipe.FHIRStore

	client *client
	counts counters
}

// Setup opens the client.
func (f *bundleFn) Setup(ctx context.Context) (err error) {
	f.counts = newCounters(opBundles)
	f.client, err = newClient(ctx, opBundles, f.Store)
	return err
}

// ProcessElement executes a bundle.
func (f *bundleFn) ProcessElement(ctx context.Context, bundle string, succeed, fail func(string)) error {
	if err := f.client.verify(ctx); err != nil {
		return err
	}
	body, err := f.client.executeBundle(ctx, bundle)
	if err != nil {
		message, refused := refusal(err)
		if !refused {
			return f.client.wrap(ctx, err)
		}
		f.counts.add(ctx, healthcare.ProgressCounter{Failure: 1})
		fail(message)
		return nil
	}
	return f.report(ctx, readAnswer(bundle, body), succeed, fail)
}

// report emits the results of the requests. A key that stopped working within a batch fails the bundle.
func (f *bundleFn) report(ctx context.Context, a answer, succeed, fail func(string)) error {
	if a.key != "" {
		return gcperr.New(a.key, opBundles, f.Store.String(), f.Store.Key(),
			errors.New("the service refused requests of a batch because of the key"))
	}
	f.counts.add(ctx, healthcare.ProgressCounter{Success: int64(a.stored), Failure: int64(len(a.failed))})
	for _, text := range a.succeeded {
		succeed(text)
	}
	for _, text := range a.failed {
		fail(text)
	}
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *bundleFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindFHIRStore, Name: f.Store.String(), Key: f.Store.Key()}
}

// refusal reports whether the service refused a bundle because of its data, and returns the message.
func refusal(err error) (message string, ok bool) {
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok || e.Code < 400 || e.Code >= 500 || gcperr.TextCode(e.Message+" "+e.Body) != "" {
		return "", false
	}
	switch e.Code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return "", false
	case http.StatusNotFound: // of a resource, if the store speaks, and else of the store
		if !strings.Contains(e.Body, "OperationOutcome") {
			return "", false
		}
	}
	return "got status " + strconv.Itoa(e.Code) + " for a bundle: " + e.Body, true
}
