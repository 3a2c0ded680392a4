package bigtableio

import (
	"context"
	"errors"
	"io"
	"net/url"
	"slices"

	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// sender writes the rows of a table.
type sender struct {
	client bigtablepb.BigtableClient
	table  cmekpipe.BigtableTable
}

// send returns when Bigtable has confirmed every row. It sends other rows again if that cannot write a cell twice.
func (s sender) send(ctx context.Context, rows []*entry) error {
	left := rows
	return retry.Do(ctx, rowPolicy(), func(ctx context.Context) (err error) {
		left, err = s.once(ctx, left)
		if err != nil && !slices.ContainsFunc(left, func(e *entry) bool { return !e.again }) {
			return err
		}
		if err != nil {
			return &unrepeatable{err}
		}
		return nil
	})
}

// unrepeatable keeps an error from being retried: it has no gRPC code and unwraps to nothing.
type unrepeatable struct{ error }

// once makes one request and returns the rows that it didn't write, with the reason.
func (s sender) once(ctx context.Context, rows []*entry) (left []*entry, err error) {
	results, ended := s.request(ctx, rows)
	if ended == nil {
		ended = status.Error(codes.Unavailable, "rows of the request were not answered")
	}
	for i, result := range results {
		if result == nil {
			result = status.Convert(ended)
		} else if result.Code() == codes.OK {
			continue
		}
		left = append(left, rows[i])
		if reason := result.Err(); err == nil || gcperr.Bigtable.Transient(err) {
			err = reason
		}
	}
	return left, err
}

// request sends rows and returns what came back for each of them, nil where nothing did, and how the stream of answers
// ended.
func (s sender) request(ctx context.Context, rows []*entry) (results []*status.Status, ended error) {
	results = make([]*status.Status, len(rows))
	request := &bigtablepb.MutateRowsRequest{TableName: s.table.String(), Entries: make([]*bigtablepb.MutateRowsRequest_Entry, len(rows))}
	for i, e := range rows {
		request.Entries[i] = e.pb
	}
	stream, err := s.client.MutateRows(s.routed(ctx), request, grpc.MaxCallRecvMsgSize(maxRow))
	if err != nil {
		return results, err
	}
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return results, nil
		}
		if err != nil {
			return results, err
		}
		for _, e := range answer.GetEntries() {
			if at := e.GetIndex(); at >= 0 && at < int64(len(rows)) {
				results[at] = status.FromProto(e.GetStatus())
			}
		}
	}
}

// routed names the table in the headers by which Google's front ends find the cluster.
func (s sender) routed(ctx context.Context) context.Context {
	name := s.table.String()
	return metadata.AppendToOutgoingContext(ctx, "google-cloud-resource-prefix", name,
		"x-goog-request-params", "table_name="+url.QueryEscape(name))
}
