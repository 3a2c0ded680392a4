package fhirio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/healthcare/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// importFile imports one file and returns how many resources were stored and how many were not.
func (c *client) importFile(ctx context.Context, url string, structure ContentStructure) (healthcare.ProgressCounter, error) {
	request := &healthcare.ImportResourcesRequest{
		ContentStructure: structure.String(), GcsSource: &healthcare.GoogleCloudHealthcareV1FhirGcsSource{Uri: url},
	}
	return c.run(ctx, func(ctx context.Context) (*healthcare.Operation, error) {
		return c.service.Projects.Locations.Datasets.FhirStores.Import(c.store.String(), request).Context(ctx).Do()
	})
}

// deidentify fills the client's store with what source holds.
func (c *client) deidentify(
	ctx context.Context, source string, config *healthcare.DeidentifyConfig,
) (healthcare.ProgressCounter, error) {
	request := &healthcare.DeidentifyFhirStoreRequest{Config: config, DestinationStore: c.store.String()}
	return c.run(ctx, func(ctx context.Context) (*healthcare.Operation, error) {
		return c.service.Projects.Locations.Datasets.FhirStores.Deidentify(source, request).Context(ctx).Do()
	})
}

// operationError is the error with which an operation ended after it had begun.
type operationError struct{ error }

// Unwrap returns the error with the operation's code.
func (e *operationError) Unwrap() error { return e.error }

// isConflict reports whether a call or an operation met another one, and may succeed when it is made again.
func isConflict(err error) bool {
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Code == http.StatusConflict
	}
	return status.Code(err) == codes.Aborted
}

// run starts an operation and waits until it has ended; one that conflicts with another operation is started again. It
// cancels the operation if ctx ends first.
func (c *client) run(
	ctx context.Context, begin func(context.Context) (*healthcare.Operation, error),
) (counter healthcare.ProgressCounter, err error) {
	attempts := conflictPolicy().Start()
	for {
		counter, err = c.once(ctx, begin)
		if !isConflict(err) || !attempts.Again(ctx, err) {
			return counter, err
		}
	}
}

func (c *client) once(
	ctx context.Context, begin func(context.Context) (*healthcare.Operation, error),
) (counter healthcare.ProgressCounter, err error) {
	var operation *healthcare.Operation
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		operation, err = begin(ctx)
		return err
	})
	if err != nil {
		return counter, err
	}
	operation, err = c.await(ctx, operation)
	if err != nil {
		return counter, err
	}
	if e := operation.Error; e != nil {
		return counter, &operationError{status.Error(codes.Code(uint32(e.Code)), e.Message)} //nolint:gosec // codes are small numbers
	}
	var metadata healthcare.OperationMetadata
	if len(operation.Metadata) > 0 {
		if err := json.Unmarshal(operation.Metadata, &metadata); err != nil {
			return counter, fmt.Errorf("metadata of %s: %w", operation.Name, err)
		}
	}
	if metadata.Counter != nil {
		counter = *metadata.Counter
	}
	return counter, nil
}

func (c *client) await(ctx context.Context, operation *healthcare.Operation) (*healthcare.Operation, error) {
	operations := c.service.Projects.Locations.Datasets.Operations
	name := operation.Name
	for n := 0; !operation.Done; n++ {
		err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
			operation, err = operations.Get(name).Context(ctx).Do()
			return err
		})
		if err == nil && !operation.Done {
			err = operationPolicy().Wait(ctx, n)
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			cleanup, cancel := keyedgcs.Cleanup(ctx)
			defer cancel()
			_, cancelErr := operations.Cancel(name, &healthcare.CancelOperationRequest{}).Context(cleanup).Do()
			return nil, errors.Join(ctx.Err(), cancelErr)
		}
		return nil, err
	}
	return operation, nil
}
