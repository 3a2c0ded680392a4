package emulator_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"cloud.google.com/go/bigtable"
	"cloud.google.com/go/datastore"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const bigInstance = "projects/" + project + "/instances/main-one"

// effect is a call of a service that has an effect each time it is made with another number.
type effect struct {
	method  emulator.Method
	prepare func(context.Context, *emulator.Cloud) error
	do      func(ctx context.Context, cloud *emulator.Cloud, n int) error
}

// effects has one call of every service, and one of each kind of stream.
func effects() []effect {
	nothing := func(context.Context, *emulator.Cloud) error { return nil }
	return []effect{
		{emulator.KMSCreateCryptoKey, nothing, createNumberedKey},
		{emulator.StorageObjectsInsert, func(ctx context.Context, c *emulator.Cloud) error {
			return c.CreateBucket(ctx, project, "bank-archive", "us-central1", none)
		}, func(ctx context.Context, c *emulator.Cloud, n int) error {
			return c.WriteObject(ctx, "gs://bank-archive/"+strconv.Itoa(n), []byte("salary"))
		}},
		{emulator.DataflowJobsCreate, nothing, createNumberedJob},
		{emulator.BigQueryDatasetsInsert, nothing, func(ctx context.Context, c *emulator.Cloud, n int) error {
			return c.CreateDataset(ctx, "bank-prod.d"+strconv.Itoa(n), "us-central1", none)
		}},
		{emulator.BigQueryStorageCreateWriteStream, createPayments, func(ctx context.Context, c *emulator.Cloud, _ int) error {
			_, _, err := openPayments(ctx, c)
			return err
		}},
		{emulator.BigQueryStorageAppendRows, nothing, appendPayments},
		{emulator.PubSubTopicsCreate, nothing, func(ctx context.Context, c *emulator.Cloud, n int) error {
			return c.CreateTopic(ctx, "projects/bank-prod/topics/payments-"+strconv.Itoa(n), none)
		}},
		{emulator.SpannerDatabasesCreate, nothing, func(ctx context.Context, c *emulator.Cloud, n int) error {
			return c.CreateSpannerDatabase(ctx, bigInstance+"/databases/ledger-"+strconv.Itoa(n), "us-central1", none)
		}},
		{emulator.BigtableAdminInstancesCreate, nothing, func(ctx context.Context, c *emulator.Cloud, n int) error {
			return c.CreateBigtableInstance(ctx, "projects/bank-prod/instances/main-"+strconv.Itoa(n), "us-central1-b", none)
		}},
		{emulator.BigtableTablesMutateRows, func(ctx context.Context, c *emulator.Cloud) error {
			if err := c.CreateBigtableInstance(ctx, bigInstance, "us-central1-b", none); err != nil {
				return err
			}
			return c.CreateBigtableTable(ctx, bigInstance+"/tables/t", "f")
		}, mutateNumberedRow},
		{emulator.DatastoreCommit, func(ctx context.Context, c *emulator.Cloud) error {
			return c.CreateDatastoreDatabase(ctx, "projects/bank-prod/databases/ledger", "us-central1", none)
		}, putNumberedEntity},
		{emulator.FirestoreDatabasesCreate, nothing, func(ctx context.Context, c *emulator.Cloud, n int) error {
			return c.CreateDatastoreDatabase(ctx, "projects/bank-prod/databases/ledger-"+strconv.Itoa(n), "us-central1", none)
		}},
		{emulator.HealthcareFHIRStoresCreate, nothing, func(ctx context.Context, c *emulator.Cloud, n int) error {
			return c.CreateFHIRStore(ctx, "projects/bank-prod/locations/us-central1/datasets/d/fhirStores/s"+strconv.Itoa(n), none)
		}},
	}
}

func createNumberedKey(ctx context.Context, c *emulator.Cloud, n int) error {
	key, err := cmekpipe.ParseKeyName(keyName + strconv.Itoa(n))
	if err != nil {
		return err
	}
	return c.CreateKey(ctx, key)
}

func createNumberedJob(ctx context.Context, c *emulator.Cloud, n int) error {
	client, err := api.NewService(ctx, c.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		return err
	}
	_, err = client.Projects.Locations.Jobs.Create(project, "us-central1", &api.Job{Name: "job-" + strconv.Itoa(n), Type: "JOB_TYPE_BATCH"}).
		Context(ctx).Do()
	return err
}

func createPayments(ctx context.Context, c *emulator.Cloud) error {
	if err := c.CreateDataset(ctx, "bank-prod.d", "us-central1", none); err != nil {
		return err
	}
	return c.CreateTable(ctx, "bank-prod.d.payments", none, []payment{})
}

// openPayments creates a committed stream of the table of payments.
func openPayments(ctx context.Context, c *emulator.Cloud) (*storage.BigQueryWriteClient, string, error) {
	client, err := storage.NewBigQueryWriteClient(ctx, c.ClientOptions(emulator.BigQueryStorage)...)
	if err != nil {
		return nil, "", err
	}
	stream, err := client.CreateWriteStream(ctx, &storagepb.CreateWriteStreamRequest{
		Parent: "projects/bank-prod/datasets/d/tables/payments", WriteStream: &storagepb.WriteStream{Type: storagepb.WriteStream_COMMITTED}})
	return client, stream.GetName(), err
}

func appendPayments(ctx context.Context, c *emulator.Cloud, _ int) error {
	client, stream, err := openPayments(ctx, c)
	if err != nil {
		return err
	}
	defer client.Close()
	call, err := client.AppendRows(ctx)
	if err != nil {
		return err
	}
	branch := &descriptorpb.FieldDescriptorProto{Name: new("branch"), Number: new(int32(1)),
		Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
	cents := &descriptorpb.FieldDescriptorProto{Name: new("cents"), Number: new(int32(2)),
		Type: descriptorpb.FieldDescriptorProto_TYPE_INT64.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
	err = call.Send(&storagepb.AppendRowsRequest{WriteStream: stream, Rows: &storagepb.AppendRowsRequest_ProtoRows{
		ProtoRows: &storagepb.AppendRowsRequest_ProtoData{
			WriterSchema: &storagepb.ProtoSchema{ProtoDescriptor: &descriptorpb.DescriptorProto{
				Name: new("Payment"), Field: []*descriptorpb.FieldDescriptorProto{branch, cents}}},
			Rows: &storagepb.ProtoRows{SerializedRows: [][]byte{[]byte("\n\x04Bonn\x10\x07")}},
		}}})
	if err != nil {
		return err
	}
	_, err = call.Recv()
	return err
}

func mutateNumberedRow(ctx context.Context, c *emulator.Cloud, n int) error {
	client, err := bigtable.NewClientWithConfig(ctx, project, "main-one",
		bigtable.ClientConfig{MetricsProvider: bigtable.NoopMetricsProvider{}, DisableSession: true}, c.ClientOptions(emulator.Bigtable)...)
	if err != nil {
		return err
	}
	defer client.Close()
	m := bigtable.NewMutation()
	m.Set("f", "q", 0, []byte("salary"))
	_, err = client.Open("t").ApplyBulk(ctx, []string{"row-" + strconv.Itoa(n)}, []*bigtable.Mutation{m})
	return err
}

func putNumberedEntity(ctx context.Context, c *emulator.Cloud, n int) error {
	client, err := datastore.NewClientWithDatabase(ctx, project, "ledger", c.ClientOptions(emulator.Datastore)...)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.Put(ctx, datastore.NameKey("Payment", strconv.Itoa(n), nil), &payment{Branch: "Bonn"})
	return err
}

// Every service does the work of a call whose client left before it, or does not wait for its answer.
func TestCallsOfEveryServiceTakeEffectWithoutTheirClient(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	for _, e := range effects() {
		if err := e.prepare(t.Context(), cloud); err != nil {
			t.Errorf("%s: %v", e.method, err)
			continue
		}
		for n, before := range []bool{true, false} {
			ctx, leave := context.WithCancel(t.Context())
			left, effect := make(chan struct{}), make(chan string, 1)
			f := emulator.Fault{Method: e.method, Call: 1, OnEffect: func(m emulator.Method, resource string) {
				effect <- string(m) + " " + resource
			}}
			if before {
				f.Detached, f.Latency = true, time.Millisecond
				f.OnBegin = func(emulator.Method, string) {
					leave()
					<-left
				}
			} else {
				f.AnswerLatency = time.Hour
				f.OnEffect = func(m emulator.Method, resource string) {
					effect <- string(m) + " " + resource
					leave()
				}
			}
			remove := cloud.Inject(f)
			ledger := len(cloud.Ledger())
			if err := e.do(ctx, cloud, n); err == nil {
				t.Errorf("%s, fault %s: got no error, want the client to have left", e.method, f)
			}
			close(left)
			if got := <-effect; got == string(e.method)+" " {
				t.Errorf("%s, fault %s: got no resource", e.method, f)
			}
			remove()
			if recorded := cloud.Ledger()[ledger:]; !strings.HasPrefix(string(e.method), "bigquerystorage.") && len(recorded) == 0 {
				t.Errorf("%s, fault %s: got nothing in the ledger, want the effect", e.method, f)
			}
		}
	}
	if rows, err := cloud.ReadRows(t.Context(), "bank-prod.d.payments"); err != nil || len(rows) != 2 {
		t.Errorf("ReadRows: got %v, %v, want the two rows of %s", rows, err, emulator.BigQueryStorageAppendRows)
	}
	if unused := cloud.UnusedFaults(); len(unused) > 0 {
		t.Errorf("UnusedFaults() = %v, want none", unused)
	}
}
