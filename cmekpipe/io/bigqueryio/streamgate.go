package bigqueryio

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// parallelCreations is how many streams a worker process creates at a time without a pause: BigQuery answers slowly above
// 40 calls a second of a project, and all bundles of a run begin at the same time.
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-best-practices#limit_the_rate_of_stream_creation.
const parallelCreations = 4

// spreadCreation counts a call that creates a stream until done is called. If the process has many at the moment, it pauses
// for a random time of up to ten seconds. It does not wait for the others, which may hang.
func spreadCreation(ctx context.Context) (done func(), err error) {
	id := shared.ID{Service: "bigquery new streams", Endpoint: bigqueryclient.StorageEndpoint()}
	calls, err := shared.Client(ctx, id, func(context.Context) (*atomic.Int32, error) { return &atomic.Int32{}, nil })
	if err != nil {
		return nil, err
	}
	done = func() { calls.Add(-1) }
	if calls.Add(1) <= parallelCreations {
		return done, nil
	}
	spread := retry.Policy{Initial: 10 * time.Second, Max: 10 * time.Second, Jitter: 1}
	if err := spread.Wait(ctx, 0); err != nil {
		done()
		return nil, err
	}
	return done, nil
}
