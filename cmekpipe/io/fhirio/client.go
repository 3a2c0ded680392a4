package fhirio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/healthcareclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// client talks to one FHIR store. It belongs to one DoFn, that is to one goroutine.
type client struct {
	op       string
	store    cmekpipe.FHIRStore
	service  *healthcare.Service
	verified bool
}

func newClient(ctx context.Context, op string, store cmekpipe.FHIRStore) (*client, error) {
	service, err := healthcareclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Healthcare client", cmekpipe.KeyName{}, err)
	}
	return &client{op: op, store: store, service: service}, nil
}

// verify proves once that the store's dataset rests under the store's key. Nothing is sent before.
func (c *client) verify(ctx context.Context) error {
	if c.verified {
		return nil
	}
	name := c.store.DatasetName()
	var dataset *healthcare.Dataset
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		dataset, err = c.service.Projects.Locations.Datasets.Get(name).Context(ctx).Do()
		return err
	})
	if err != nil {
		err = gcperr.Wrap(c.op, name, c.store.Key(), err)
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PermissionDenied {
			e.Hint = "grant the worker's service account healthcare.datasets.get on " + name
		}
		return err
	}
	if err := c.checkKey(dataset); err != nil {
		return err
	}
	c.verified = true
	return nil
}

func (c *client) checkKey(dataset *healthcare.Dataset) error {
	got := ""
	if dataset.EncryptionSpec != nil {
		got = dataset.EncryptionSpec.KmsKeyName
	}
	want := c.store.Key()
	refusal := &cmekpipe.Error{Op: c.op, Resource: c.store.DatasetName()}
	if got == "" {
		refusal.Code, refusal.Err = cmekpipe.KeyMissing, fmt.Errorf("got %s in a dataset under no Cloud KMS key, want %s", c.store, want)
		refusal.Hint = "make a new dataset with the key: a dataset's key is chosen when it is made"
		return refusal
	}
	if key, err := cmekpipe.ParseKeyOrVersion(got); err == nil && key == want {
		return nil
	}
	refusal.Code, refusal.Err = cmekpipe.KeyMismatch, fmt.Errorf("got %s in a dataset under %s, want %s", c.store, got, want)
	refusal.Hint = "mint the store with the dataset's own key, or use a dataset under " + want.String()
	return refusal
}

// executeBundle returns the answer to a bundle.
func (c *client) executeBundle(ctx context.Context, bundle string) (body []byte, err error) {
	fhir := c.service.Projects.Locations.Datasets.FhirStores.Fhir
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
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

// wrap gives an error of the store its type, without what the service says of the data.
func (c *client) wrap(err error) error {
	return gcperr.WrapQuiet(c.op, c.store.String(), c.store.Key(), err)
}
