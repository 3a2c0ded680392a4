package bigqueryio

import (
	"context"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// parallelCreations is how many streams a worker process creates at a time: BigQuery answers slowly above 40 calls a second
// of a project, and all bundles of a run begin at the same time.
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-best-practices#limit_the_rate_of_stream_creation.
const parallelCreations = 4

// creations is the place of each call that creates a stream in this process.
type creations chan struct{}

// enterCreation waits for a place to create a stream in and returns the function that leaves it. Who finds none free waits
// for a random time first, so that the processes of a job do not call together.
func enterCreation(ctx context.Context) (leave func(), err error) {
	id := shared.ID{Service: "bigquery new streams", Endpoint: bigqueryclient.StorageEndpoint()}
	places, err := shared.Client(ctx, id, func(context.Context) (creations, error) {
		return make(creations, parallelCreations), nil
	})
	if err != nil {
		return nil, err
	}
	leave = func() { <-places }
	select {
	case places <- struct{}{}:
		return leave, nil
	default:
	}
	spread := retry.Policy{Initial: 10 * time.Second, Max: 10 * time.Second, Jitter: 1}
	if err := spread.Wait(ctx, 0); err != nil {
		return nil, err
	}
	select {
	case places <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
