package emulator_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/storage"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// none is the zero key, which means no key.
var none cmekpipe.KeyName

// granted creates a key that every service of the project may use.
func granted(t *testing.T, cloud *emulator.Cloud, location string) cmekpipe.KeyName {
	t.Helper()
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/" + location + "/keyRings/r/cryptoKeys/k")
	if err != nil {
		t.Fatal(err)
	}
	if err := cloud.CreateKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if err := cloud.GrantKey(t.Context(), key, project); err != nil {
		t.Fatal(err)
	}
	return key
}

// payment is a row of the test tables.
type payment struct {
	Branch string `bigquery:"branch"`
	Cents  int64  `bigquery:"cents"`
}

func TestEveryHelperCreatesItsResourceWithTheKey(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	key, ctx := granted(t, cloud, "us-central1"), t.Context()
	const topic, instance = "projects/bank-prod/topics/payments", "projects/bank-prod/instances/main-one"
	for name, create := range map[emulator.Kind]func() error{
		emulator.KindBucket:  func() error { return cloud.CreateBucket(ctx, project, "archive", "us-central1", key) },
		emulator.KindDataset: func() error { return cloud.CreateDataset(ctx, "bank-prod.ledger", "us-central1", key) },
		emulator.KindTopic:   func() error { return cloud.CreateTopic(ctx, topic, key) },
		emulator.KindCluster: func() error { return cloud.CreateBigtableInstance(ctx, instance, "us-central1-b", key) },
		emulator.KindFHIRStore: func() error {
			return cloud.CreateFHIRStore(ctx, "projects/bank-prod/locations/us-central1/datasets/d/fhirStores/s", key)
		},
		emulator.KindDatabase: func() error {
			if err := cloud.CreateDatastoreDatabase(ctx, "projects/bank-prod/databases/ledger", "us-central1", key); err != nil {
				return err
			}
			return cloud.CreateSpannerDatabase(ctx, instance+"/databases/ledger", "us-central1", key,
				"CREATE TABLE t (id INT64) PRIMARY KEY (id)")
		},
	} {
		before := len(cloud.Ledger())
		if err := create(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := false
		for _, e := range cloud.Ledger()[before:] {
			found = found || e.Kind == name && e.ProtectedBy() == key
		}
		if !found {
			t.Errorf("%s: got ledger %v, want one with the key", name, cloud.Ledger()[before:])
		}
	}
}

func TestHelpersReadBackWhatTheyWrote(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	key, ctx := granted(t, cloud, "us-central1"), t.Context()
	must(t, cloud.CreateBucket(ctx, project, "archive", "us-central1", key))
	must(t, cloud.WriteObject(ctx, "gs://archive/in/a", []byte("salary")))
	must(t, cloud.WriteObject(ctx, "gs://archive/in/b", nil))
	must(t, cloud.WriteObject(ctx, "gs://archive/out", nil))
	if got, err := cloud.ListObjects(ctx, "gs://archive/in/"); err != nil || cmp.Diff([]string{"gs://archive/in/a", "gs://archive/in/b"}, got) != "" {
		t.Errorf("ListObjects: got %q, %v", got, err)
	}
	if got, err := cloud.ReadObject(ctx, "gs://archive/in/a"); err != nil || string(got) != "salary" {
		t.Errorf("ReadObject: got %q, %v", got, err)
	}
	must(t, cloud.CreateDataset(ctx, "bank-prod.ledger", "us-central1", none))
	must(t, cloud.CreateTable(ctx, "bank-prod.ledger.payments", key, []payment{{"Bonn", 1250}, {"Oslo", 300}}))
	rows, err := cloud.ReadRows(ctx, "bank-prod.ledger.payments")
	if err != nil || len(rows) != 2 || rows[1]["branch"] != "Oslo" || rows[1]["cents"] != int64(300) {
		t.Errorf("ReadRows: got %v, %v", rows, err)
	}
	const topic = "projects/bank-prod/topics/payments"
	must(t, cloud.CreateTopic(ctx, topic, key))
	must(t, cloud.PublishMessages(ctx, topic, &pubsubpb.PubsubMessage{Data: []byte("x"), Attributes: map[string]string{"id": "7"}}))
	messages, err := cloud.PullMessages(ctx, topic)
	if err != nil || len(messages) != 1 || string(messages[0].GetData()) != "x" || messages[0].GetAttributes()["id"] != "7" {
		t.Errorf("PullMessages: got %v, %v", messages, err)
	}
	if messages, err = cloud.PullMessages(ctx, topic); err != nil || len(messages) != 0 {
		t.Errorf("PullMessages again: got %v, %v, want none", messages, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeysAreDeniedUntilGrantedAndAfterDenied(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	key, ctx := parsed(t, keyName), t.Context()
	must(t, cloud.CreateKey(ctx, key))
	create := func(name string) error { return cloud.CreateBucket(ctx, project, name, "us-central1", key) }
	if create("one") == nil {
		t.Error("got a bucket with a key without a grant")
	}
	must(t, cloud.GrantKey(ctx, key, project, emulator.Storage))
	must(t, create("two"))
	if create("two") == nil {
		t.Error("got a bucket twice")
	}
	must(t, cloud.DenyKey(ctx, key, project, emulator.Storage))
	if create("three") == nil {
		t.Error("got a bucket with a key that was denied")
	}
	if cloud.GrantKey(ctx, key, project, emulator.KMS) == nil {
		t.Error("got a grant for a service without an agent")
	}
}

func TestDelayedGrantsTakeEffectByTheClock(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	key, ctx := granted(t, cloud, "us-central1"), t.Context()
	must(t, cloud.CreateBucket(ctx, project, "archive", "us-central1", key))
	write := func(when string, works bool) {
		t.Helper()
		if err := cloud.WriteObject(ctx, "gs://archive/o", nil); (err == nil) != works {
			t.Errorf("%s: got %v, want it to work: %v", when, err, works)
		}
	}
	cloud.DelayGrants(2 * time.Minute)
	must(t, cloud.DenyKey(ctx, key, project, emulator.Storage))
	write("denied, not yet effective", true)
	cloud.Advance(time.Minute)
	must(t, cloud.GrantKey(ctx, key, project, emulator.Storage))
	cloud.Advance(time.Minute)
	write("denied", false)
	cloud.Advance(time.Minute)
	write("granted again", true)
	cloud.DelayGrants(0)
	must(t, cloud.DenyKey(ctx, key, project, emulator.Storage))
	write("denied at once", false)
}

func TestAdvanceAppliesLifecycleRules(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	ctx := t.Context()
	must(t, cloud.CreateBucket(ctx, project, "archive", "us-central1", none))
	must(t, cloud.WriteObject(ctx, "gs://archive/o", nil))
	_, err := clientsOf(t, cloud).storage.Bucket("archive").Update(ctx, storage.BucketAttrsToUpdate{Lifecycle: &storage.Lifecycle{
		Rules: []storage.LifecycleRule{{Action: storage.LifecycleAction{Type: storage.DeleteAction}, Condition: storage.LifecycleCondition{AgeInDays: 3}}}}})
	must(t, err)
	cloud.Advance(3 * 24 * time.Hour)
	last := cloud.Ledger()[len(cloud.Ledger())-1]
	if last.Name != "gs://archive/o" || last.Deleted.IsZero() {
		t.Errorf("got %+v, want the object deleted", last)
	}
}

func TestLimitedObjectChangesAreRetriedByGooglesClient(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	ctx := t.Context()
	must(t, cloud.CreateBucket(ctx, project, "archive", "us-central1", none))
	cloud.LimitObjectChanges(1)
	must(t, cloud.WriteObject(ctx, "gs://archive/o", nil))
	o := clientsOf(t, cloud).storage.Bucket("archive").Object("o").Retryer(storage.WithPolicy(storage.RetryNever))
	if err := o.Delete(ctx); err == nil || !strings.Contains(err.Error(), "exceeded the rate limit") {
		t.Errorf("got %v, want the rate limit", err)
	}
	cloud.Advance(time.Second)
	must(t, o.Delete(ctx))
}

func TestKeyStatesReachEveryVersion(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	key, ctx := granted(t, cloud, "us-central1"), t.Context()
	must(t, cloud.CreateBucket(ctx, project, "archive", "us-central1", key))
	must(t, cloud.WriteObject(ctx, "gs://archive/old", nil))
	must(t, cloud.RotateKey(ctx, key))
	must(t, cloud.WriteObject(ctx, "gs://archive/new", nil))
	last := cloud.Ledger()[len(cloud.Ledger())-1]
	if last.Key != key.Version(2) {
		t.Errorf("got the object encrypted with %s, want version 2", last.Key)
	}
	want := func(when string, works bool) {
		t.Helper()
		for _, object := range []string{"old", "new"} {
			if _, err := cloud.ReadObject(ctx, "gs://archive/"+object); (err == nil) != works {
				t.Errorf("%s, read %s: got %v, want it to work: %v", when, object, err, works)
			}
		}
	}
	for when, do := range map[string]func(context.Context, cmekpipe.KeyName) error{
		"disabled": cloud.DisableKey, "destruction scheduled": cloud.DestroyKey,
	} {
		must(t, do(ctx, key))
		want(when, false)
		must(t, cloud.EnableKey(ctx, key))
		want("enabled", true)
	}
	must(t, cloud.DestroyKey(ctx, key))
	cloud.Advance(30 * 24 * time.Hour)
	must(t, cloud.EnableKey(ctx, key))
	want("destroyed", false)
}

func TestHelpersSayWhatIsWrongWithAName(t *testing.T) {
	t.Parallel()
	cloud, ctx := start(t), t.Context()
	_, list := cloud.ListObjects(ctx, "archive/x")
	_, read := cloud.ReadObject(ctx, "gs://archive")
	_, rows := cloud.ReadRows(ctx, "ledger.payments")
	_, pull := cloud.PullMessages(ctx, "payments")
	_, cells := cloud.ReadBigtableRows(ctx, "main/t")
	for want, err := range map[string]error{
		`got "archive/x", want gs://BUCKET/PREFIX`:                 list,
		`got "gs://archive", want gs://BUCKET/OBJECT`:              read,
		`got table "ledger.payments", want PROJECT.DATASET.TABLE`:  rows,
		`got topic "payments", want projects/PROJECT/topics/TOPIC`: pull,
		`got Bigtable table "main/t", want projects/PROJECT/`:      cells,
		`got dataset "ledger", want PROJECT.DATASET`:               cloud.CreateDataset(ctx, "ledger", "EU", none),
		`got Bigtable instance "main", want projects/PROJECT/`:     cloud.CreateBigtableInstance(ctx, "main", "us-central1-b", none),
		`got FHIR store "s", want projects/`:                       cloud.CreateFHIRStore(ctx, "s", none),
		`got rows of type string, want a slice of structs`:         cloud.CreateTable(ctx, "p.d.t", none, "x"),
		`got 2 characters, want 3 to 63`:                           cloud.CreateBucket(ctx, project, "in", "us-central1", none),
		`got a statement of type DELETE, want a SELECT`:            cloud.SetQueryResult("DELETE FROM d.t WHERE TRUE", []payment{}),
		`emulator: create key ` + keyName + `x: `:                  cloud.CreateKey(ctx, failing(t, cloud)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// failing returns the name of a key that exists already.
func failing(t *testing.T, cloud *emulator.Cloud) cmekpipe.KeyName {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(keyName + "x")
	if err != nil {
		t.Fatal(err)
	}
	must(t, cloud.CreateKey(t.Context(), key))
	return key
}

func TestCreateJobResourcesCreatesKeyAndBuckets(t *testing.T) {
	cloud := start(t)
	key := cmekpipe.MustParseKey[location.USCentral1](keyName)
	temp := cmekpipe.MustParseBucket[location.USCentral1]("bank-work")
	opts, err := cmekpipe.For(key).Project(project).TempLocation(temp.Path("tmp")).Build()
	if err != nil {
		t.Fatal(err)
	}
	must(t, cloud.CreateJobResources(t.Context(), opts))
	must(t, cloud.WriteObject(t.Context(), "gs://bank-work/tmp/x", []byte("x")))
	last := cloud.Ledger()[len(cloud.Ledger())-1]
	if last.Name != "gs://bank-work/tmp/x" || last.ProtectedBy().String() != keyName {
		t.Errorf("got %+v, want the object encrypted with %s", last, keyName)
	}
}

func TestSetenvPointsTheProcessAtTheCloud(t *testing.T) {
	cloud := start(t)
	for _, pair := range cloud.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		t.Setenv(name, "before") // restores what was there
	}
	must(t, cloud.Setenv())
	for _, pair := range cloud.Environ() {
		name, want, _ := strings.Cut(pair, "=")
		if got := os.Getenv(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestWriteReportCountsWhatHasNoKeyButNotKeys(t *testing.T) {
	t.Parallel()
	key := parsed(t, keyName)
	var got bytes.Buffer
	must(t, emulator.WriteReport(&got, []emulator.Entry{
		{Service: emulator.KMS, Kind: emulator.KindKeyRing, Name: "projects/p/locations/l/keyRings/r"},
		{Service: emulator.KMS, Kind: emulator.KindCryptoKey, Name: keyName},
		{Service: emulator.KMS, Kind: emulator.KindCryptoKeyVersion, Name: key.Version(1).String()},
		{Kind: emulator.KindObject, Name: "gs://b/o", Size: 7, Key: key.Version(1), Deleted: time.Unix(1, 0)},
		{Kind: emulator.KindTable, Name: "p.d.t"},
		{Kind: emulator.KindJob, Name: "j", KeyName: key},
	}))
	want := "  object  gs://b/o  7 bytes (temporary, deleted)\n          " + keyName + "\n" +
		"  table   p.d.t\n          NO KEY\n" +
		"  job     j\n          " + keyName + "\n" +
		"3 resources created, 1 resources without a key\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func parsed(t *testing.T, name string) cmekpipe.KeyName {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(name)
	must(t, err)
	return key
}
