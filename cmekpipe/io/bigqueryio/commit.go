package bigqueryio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// maxCommit is how many streams are committed in a call.
const maxCommit = 10_000

// commitFn commits all streams of a run. It may be repeated at any point: streams that are committed stay so.
type commitFn struct {
	Table cmekpipe.BigQueryTable

	client *storage.BigQueryWriteClient
	rest   *bigquery.Client
}

// Setup opens the clients.
func (f *commitFn) Setup(ctx context.Context) (err error) {
	if f.client, err = openWriteClient(ctx); err != nil {
		return err
	}
	f.rest, err = openClient(ctx, f.Table)
	return err
}

// Teardown releases the clients.
func (f *commitFn) Teardown() error {
	err := closeClient(f.rest)
	if f.client != nil {
		err = errors.Join(err, f.client.Close())
	}
	return err
}

// ProcessElement commits all streams.
func (f *commitFn) ProcessElement(ctx context.Context, _ int, runs func(*run) bool, streams func(*written) bool) error {
	var r run
	if !runs(&r) {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Internal, Resource: f.Table.String(), Err: errors.New("got no run")}
	}
	table, err := r.target(f.Table)
	if err != nil {
		return err
	}
	var all []written
	var rows int64
	for w := (written{}); streams(&w); {
		all = append(all, w)
		rows += w.Rows
	}
	slices.SortFunc(all, func(a, b written) int { return cmp.Compare(a.Stream, b.Stream) })
	p := &publication{client: f.rest, table: f.Table, run: r, temp: table, rows: rows}
	if r.isTemporary(f.Table) {
		done, err := p.isDone(ctx)
		if done || err != nil {
			return err
		}
	}
	if !r.isTemporary(f.Table) && len(all) > 0 {
		if err := checkTable(ctx, f.rest, f.Table, r.Fresh); err != nil {
			return err
		}
	}
	for group := range slices.Chunk(all, maxCommit) {
		if err := f.commit(ctx, table, group); err != nil {
			return err
		}
	}
	if r.isTemporary(f.Table) {
		return p.publish(ctx)
	}
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *commitFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigQueryTable, Name: f.Table.String(), Key: f.Table.Key()}
}

const errNotCommitted sentinel = "got streams that are not committed yet"

// commit commits streams together. Those that an earlier call committed, whose answer was lost, are left out.
func (f *commitFn) commit(ctx context.Context, table cmekpipe.BigQueryTable, streams []written) error {
	names := make([]string, len(streams))
	for i, s := range streams {
		names[i] = s.Stream
	}
	for attempts := callPolicy().Start(); len(names) > 0; {
		answer, err := f.commitOnce(ctx, table, names)
		if err != nil {
			return wrap(table, err)
		}
		if len(answer.GetStreamErrors()) == 0 {
			return nil
		}
		before := len(names)
		if names, err = uncommitted(names, answer.GetStreamErrors()); err != nil {
			return f.notCommitted(table, answer.GetStreamErrors())
		}
		if len(names) == before && !attempts.Again(ctx, errNotCommitted) {
			return f.notCommitted(table, answer.GetStreamErrors())
		}
	}
	return nil
}

func (f *commitFn) commitOnce(
	ctx context.Context, table cmekpipe.BigQueryTable, names []string,
) (answer *storagepb.BatchCommitWriteStreamsResponse, err error) {
	err = retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
		answer, err = f.client.BatchCommitWriteStreams(ctx,
			&storagepb.BatchCommitWriteStreamsRequest{Parent: path(table), WriteStreams: names})
		return err
	})
	return answer, err
}

// uncommitted returns the streams that are not committed yet; an error if one of them never can be.
func uncommitted(names []string, faults []*storagepb.StorageError) ([]string, error) {
	for _, fault := range faults {
		if fault.GetCode() != storagepb.StorageError_STREAM_ALREADY_COMMITTED {
			return nil, errors.New(fault.GetCode().String())
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name == fault.GetEntity() })
	}
	return names, nil
}

func (f *commitFn) notCommitted(table cmekpipe.BigQueryTable, faults []*storagepb.StorageError) error {
	return &cmekpipe.Error{Op: opWrite, Code: bqerr.StreamCode(faults[0]), Resource: table.String(),
		Hint: "no row of this run is visible; " + explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: table.String()}),
		Err:  fmt.Errorf("got %d streams that can't be committed, the first for %s", len(faults), faults[0].GetCode())}
}
