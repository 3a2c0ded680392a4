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

// commitFn commits all streams of a run. It may be repeated at any point: streams that are committed stay so.
type commitFn struct {
	Table cmekpipe.BigQueryTable

	client *storage.BigQueryWriteClient
	rest   *bigquery.Client
}

// Setup gets the process's clients.
func (f *commitFn) Setup(ctx context.Context) (err error) {
	if f.client, err = openWriteClient(ctx); err != nil {
		return err
	}
	f.rest, err = openClient(ctx, f.Table)
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
	for stream := (written{}); streams(&stream); {
		all = append(all, stream)
	}
	slices.SortFunc(all, func(a, b written) int { return cmp.Compare(a.Stream, b.Stream) }) // the same in all attempts
	if r.isTemporary(f.Table) {
		return f.publish(ctx, r, table, all)
	}
	return f.appendTo(ctx, r, table, all)
}

// appendTo commits the streams of the destination in one call, so that all rows are visible or none.
func (f *commitFn) appendTo(ctx context.Context, r run, table cmekpipe.BigQueryTable, all []written) error {
	if len(all) == 0 {
		return nil
	}
	if err := commitLimits(r.Location).check(table, all); err != nil {
		return err
	}
	if err := checkTable(ctx, f.rest, table, r.Fresh); err != nil {
		return err
	}
	return f.commit(ctx, table, all)
}

// publish commits the streams of a temporary table, in as many calls as its limit requires, and then its rows with one job.
func (f *commitFn) publish(ctx context.Context, r run, temp cmekpipe.BigQueryTable, all []written) error {
	p := &publication{client: f.rest, table: f.Table, run: r, temp: temp}
	if done, err := p.isDone(ctx); done || err != nil {
		return err
	}
	return p.orDone(ctx, f.publishOnce(ctx, r, p, all))
}

func (f *commitFn) publishOnce(ctx context.Context, r run, p *publication, all []written) error {
	for group := range commitLimits(r.Location).groups(all) {
		if err := f.commit(ctx, p.temp, group); err != nil {
			return err
		}
	}
	for _, stream := range all {
		p.rows += stream.Rows
	}
	return p.publishSettled(ctx)
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
	for attempts := commitPolicy().Start(); len(names) > 0; {
		answer, err := f.commitOnce(ctx, table, names)
		if err != nil {
			return wrap(table, err)
		}
		if len(answer.GetStreamErrors()) == 0 && answer.GetCommitTime() != nil {
			return nil
		}
		before := len(names)
		if names, err = uncommitted(names, answer.GetStreamErrors()); err != nil {
			return f.notCommitted(table, answer.GetStreamErrors(), before < len(streams))
		}
		if len(names) == before && !attempts.Again(ctx, errNotCommitted) {
			return f.notCommitted(table, answer.GetStreamErrors(), before < len(streams))
		}
	}
	return nil
}

func (f *commitFn) commitOnce(
	ctx context.Context, table cmekpipe.BigQueryTable, names []string,
) (answer *storagepb.BatchCommitWriteStreamsResponse, err error) {
	err = retry.Do(ctx, commitPolicy(), func(ctx context.Context) error {
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

// notCommitted explains why streams can't be committed. Those that are gone may have been committed by an earlier attempt,
// days ago: BigQuery forgets streams after some days, whether they were committed or not. partly says that an answer before
// this one named streams that are committed.
func (f *commitFn) notCommitted(table cmekpipe.BigQueryTable, faults []*storagepb.StorageError, partly bool) error {
	e := &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unavailable, Resource: table.String(),
		Err: errors.New("got an answer to the commit without a commit time")}
	gone := false
	if len(faults) > 0 {
		fault := slices.MinFunc(faults, func(a, b *storagepb.StorageError) int { return cmp.Compare(severity(a), severity(b)) })
		partly = partly || slices.ContainsFunc(faults, func(s *storagepb.StorageError) bool { return severity(s) == alreadyCommitted })
		gone = slices.ContainsFunc(faults, func(s *storagepb.StorageError) bool { return severity(s) == streamGone })
		e.Code = bqerr.StreamCode(fault)
		e.Err = fmt.Errorf("got %d streams that can't be committed or are committed already, one for %s", len(faults), fault.GetCode())
	}
	count := "before you start the job again, count them: bq query --use_legacy_sql=false 'SELECT COUNT(*) FROM `" + table.String() + "`'"
	switch {
	case table == f.Table && partly:
		e.Hint = "an earlier attempt of this step committed streams, so that their rows are in the table: " + count
	case table == f.Table && gone:
		e.Hint = "BigQuery has dropped the streams; if an earlier attempt of this step committed them, the rows are in the table: " + count
	default:
		e.Hint = "no row of this run is visible; " + explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: table.String()})
	}
	return e
}

// The severity of a stream's error in the answer to a commit: the lowest names the reason of a failure.
const (
	refused = iota
	streamGone
	alreadyCommitted
)

func severity(fault *storagepb.StorageError) int {
	switch fault.GetCode() {
	case storagepb.StorageError_STREAM_NOT_FOUND:
		return streamGone
	case storagepb.StorageError_STREAM_ALREADY_COMMITTED:
		return alreadyCommitted
	}
	return refused
}
