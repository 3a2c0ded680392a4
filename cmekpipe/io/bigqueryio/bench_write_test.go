package bigqueryio_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"cloud.google.com/go/bigquery/storage/managedwriter"
	"cloud.google.com/go/bigquery/storage/managedwriter/adapt"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beambigqueryio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigqueryio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

const benchRows = 200_000

func (w *world) benchWrite(b *testing.B, i int) {
	b.Helper()
	err := run(b, func(s beam.Scope) {
		bigqueryio.Write(s, w.table(b, fmt.Sprint("ours", i)), beam.ParDo(s, entriesUpTo, beam.Create(s, benchRows)))
	})
	if err != nil {
		b.Fatal(err)
	}
}

func dropRow(entry) {}

func init() { register.Function1x0(dropRow) }

// counted calls f with the number of the call, for tables of their own.
func counted(f func(i int)) func() {
	i := -1
	return func() { i++; f(i) }
}

// toLoopback sends what Beam's bigqueryio calls, which knows no variable, to the loopback cloud: connections to Google
// go there without TLS, and those that fetch a token to a server that has one.
func toLoopback(b *testing.B, w *world) {
	b.Helper()
	tokens := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "application/json")
		io.WriteString(out, `{"access_token":"t","token_type":"Bearer","expires_in":3600}`)
	}))
	b.Cleanup(tokens.Close)
	hosts := map[string]string{
		"bigquery.googleapis.com:443": w.Endpoint(emulator.BigQuery), "oauth2.googleapis.com:443": tokens.Listener.Addr().String(),
	}
	before := http.DefaultTransport
	http.DefaultTransport = &http.Transport{DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		host, ok := hosts[address]
		if !ok {
			return nil, fmt.Errorf("got a connection to %s", address)
		}
		return new(net.Dialer).DialContext(ctx, network, host)
	}}
	b.Cleanup(func() { http.DefaultTransport = before })
	credentials := filepath.Join(b.TempDir(), "credentials.json")
	const user = `{"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":"r"}`
	if err := os.WriteFile(credentials, []byte(user), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Setenv("GOOGLE_APPLICATION_CREDENTIALS", credentials)
}

// BenchmarkVsBeamWrite reports as x/beam how many times faster Write, exactly once, is than Beam's bigqueryio.Write: its
// time through ours, for the same 200,000 rows, runner and server. More is better.
func BenchmarkVsBeamWrite(b *testing.B) {
	w := newWorld(b)
	toLoopback(b, w)
	benchpair.Quiet(b)
	benchpair.Run(b, counted(func(i int) { w.benchWrite(b, i) }), benchpair.Other{Unit: "x/beam", Run: counted(func(i int) {
		err := run(b, func(s beam.Scope) {
			rows := beam.ParDo(s, entriesUpTo, beam.Create(s, benchRows))
			beambigqueryio.Write(s, cmektest.Project, fmt.Sprintf("%s:%s.theirs%d", cmektest.Project, dataset, i), rows)
		})
		if err != nil {
			b.Fatal(err)
		}
	})})
}

// BenchmarkVsRawWrite reports as x/raw how fast Write, exactly once, is compared with the managed writer of Google's client,
// called by hand, for the same rows in one pending stream: its time through ours, so 1 would be as fast. Both encode
// the rows. The pipeline that makes them is a part of ours only: x/beamfloor is its share of our time, into a function that
// does nothing. The server runs in this process too: x/server is its share, measured by sending rows that are encoded
// already. So x/beamfloor can't exceed 1 - x/server. More is better.
func BenchmarkVsRawWrite(b *testing.B) {
	w := newWorld(b)
	benchpair.Quiet(b)
	message, encoded := rawRows(b)
	benchpair.Run(b, counted(func(i int) { w.benchWrite(b, i) }), benchpair.Other{Unit: "x/raw", Run: counted(func(i int) {
		message, rows := rawRows(b)
		if err := w.rawWrite(context.Background(), fmt.Sprint("raw", i), message, rows); err != nil {
			b.Fatal(err)
		}
	})}, benchpair.Other{Unit: "x/server", Run: counted(func(i int) {
		if err := w.rawWrite(context.Background(), fmt.Sprint("encoded", i), message, encoded); err != nil {
			b.Fatal(err)
		}
	})}, benchpair.Other{Unit: "x/beamfloor", Run: func() { benchFloor(b, benchRows) }})
}

// benchFloor drops rows as fast as Beam can: what no sink of as many rows can undercut.
func benchFloor(b *testing.B, rows int) {
	b.Helper()
	err := run(b, func(s beam.Scope) { beam.ParDo0(s, dropRow, beam.ParDo(s, entriesUpTo, beam.Create(s, rows))) })
	if err != nil {
		b.Fatal(err)
	}
}

// rawRows encodes the rows as the documentation of the managed writer shows.
func rawRows(b *testing.B) (protoreflect.MessageDescriptor, [][]byte) {
	b.Helper()
	schema, err := bigquery.InferSchema(entry{})
	if err != nil {
		b.Fatal(err)
	}
	stored, err := adapt.BQSchemaToStorageTableSchema(schema)
	if err != nil {
		b.Fatal(err)
	}
	described, err := adapt.StorageSchemaToProto2Descriptor(stored, "root")
	if err != nil {
		b.Fatal(err)
	}
	message := described.(protoreflect.MessageDescriptor)
	rows := make([][]byte, benchRows)
	for i := range rows {
		m := dynamicpb.NewMessage(message)
		m.Set(message.Fields().ByName("ID"), protoreflect.ValueOfInt64(int64(i)))
		m.Set(message.Fields().ByName("Name"), protoreflect.ValueOfString("name"))
		if rows[i], err = proto.Marshal(m); err != nil {
			b.Fatal(err)
		}
	}
	return message, rows
}

func (w *world) rawWrite(ctx context.Context, name string, message protoreflect.MessageDescriptor, rows [][]byte) error {
	schema, err := bigquery.InferSchema(entry{})
	if err != nil {
		return err
	}
	meta := &bigquery.TableMetadata{Schema: schema, EncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: w.key.String()}}
	if err := w.client.Dataset(dataset).Table(name).Create(ctx, meta); err != nil {
		return err
	}
	normal, err := adapt.NormalizeDescriptor(message)
	if err != nil {
		return err
	}
	client, err := managedwriter.NewClient(ctx, cmektest.Project, w.ClientOptions(emulator.BigQueryStorage)...)
	if err != nil {
		return err
	}
	defer client.Close()
	table := managedwriter.TableParentFromParts(cmektest.Project, dataset, name)
	stream, err := client.NewManagedStream(ctx, managedwriter.WithDestinationTable(table),
		managedwriter.WithType(managedwriter.PendingStream), managedwriter.WithSchemaDescriptor(normal))
	if err != nil {
		return err
	}
	var results []*managedwriter.AppendResult
	for chunk := range slices.Chunk(rows, 50_000) {
		result, err := stream.AppendRows(ctx, chunk)
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	for _, r := range results {
		if _, err := r.GetResult(ctx); err != nil {
			return err
		}
	}
	if _, err := stream.Finalize(ctx); err != nil {
		return err
	}
	_, err = client.BatchCommitWriteStreams(ctx,
		&storagepb.BatchCommitWriteStreamsRequest{Parent: table, WriteStreams: []string{stream.StreamName()}})
	return err
}
