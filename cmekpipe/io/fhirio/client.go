package fhirio

import (
	"context"
	"errors"
	"io"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/healthcareclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck/diagnose"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// client talks to one FHIR store, through the process's client of the API.
type client struct {
	op      string
	store   cmekpipe.FHIRStore
	service *healthcare.Service
}

func newClient(ctx context.Context, op string, store cmekpipe.FHIRStore) (*client, error) {
	service, err := healthcareclient.Shared(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Healthcare client", cmekpipe.KeyName{}, err)
	}
	return &client{op: op, store: store, service: service}, nil
}

// verify checks the key of the store's dataset if the last check of the process is too old. Nothing is sent before a check
// succeeded.
func (c *client) verify(ctx context.Context) error {
	id := shared.ID{Service: c.op, Endpoint: healthcareclient.Endpoint(), Resource: c.store.String(), Keys: c.store.Key().String()}
	return shared.Check(ctx, id, c.checkKey)
}

func (c *client) checkKey(ctx context.Context) error {
	name := c.store.DatasetName()
	var dataset *healthcare.Dataset
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		dataset, err = c.service.Projects.Locations.Datasets.Get(name).Context(ctx).Do()
		return err
	})
	if err != nil {
		err = diagnose.Wrap(ctx, c.op, name, c.store.Key(), err)
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PermissionDenied {
			e.Hint = explain.Remedy(explain.Case{Code: e.Code, Resource: name, Permission: "healthcare.datasets.get"})
		}
		return err
	}
	want := []cmekpipe.KeyName{c.store.Key()}
	if code, cause := keycheck.Compare(want, healthcareclient.Key(dataset)); code != "" {
		return keycheck.Refusal(c.op, name, want, code, "the dataset of "+c.store.String()+": "+cause)
	}
	return nil
}

// executeBundle returns the answer to a bundle.
func (c *client) executeBundle(ctx context.Context, bundle string) (body []byte, err error) {
	fhir := c.service.Projects.Locations.Datasets.FhirStores.Fhir
	err = retry.Do(ctx, bundlePolicy(), func(ctx context.Context) error {
		call := fhir.ExecuteBundle(c.store.String(), strings.NewReader(bundle)).Context(ctx)
		// The API asks for it, and Google's client doesn't set it.
		call.Header().Set("Content-Type", "application/fhir+json;charset=utf-8")
		response, err := call.Do()
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if err := googleapi.CheckResponse(response); err != nil {
			return err
		}
		body, err = io.ReadAll(response.Body)
		return err
	})
	return body, err
}

// wrap gives an error of the store its type, without the text of the service, which may quote data. The Healthcare API does not
// always say why it cannot use a key.
func (c *client) wrap(ctx context.Context, err error) error {
	if isConflict(err) && ctx.Err() == nil {
		return gcperr.Redact(gcperr.New(cmekpipe.Unavailable, c.op, c.store.String(), c.store.Key(), err), err)
	}
	return gcperr.Redact(diagnose.Wrap(ctx, c.op, c.store.String(), c.store.Key(), err), err)
}
