package cmektest_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// exportReport is the code under test. It creates its client as on Google Cloud and forgets to name a key.
func exportReport(ctx context.Context, bucket string) error {
	client, err := storage.NewClient(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	w := client.Bucket(bucket).Object("report.csv").NewWriter(ctx)
	if _, err := io.WriteString(w, "id,amount\n"); err != nil {
		return err
	}
	return w.Close()
}

// testExport would be TestExport(t *testing.T) in a test file.
func testExport(t testing.TB) {
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "reports")
	cloud.CreateBucket("protected", "us-central1", key)
	cloud.CreateBucket("exports", "us-central1", cmekpipe.KeyName{}) // no default key

	for _, bucket := range []string{"protected", "exports"} {
		if err := exportReport(t.Context(), bucket); err != nil {
			t.Fatalf("exportReport(%s): %v", bucket, err)
		}
	}
	cloud.RequireEncrypted(t, key)
}

// The test fails because an object is not encrypted with a customer-managed key.
func Example() {
	for _, failure := range failures(testExport) {
		for line := range strings.Lines(failure) {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// cmektest.RequireEncrypted: 1 of 2 resources are not encrypted with projects/cmektest-project/locations/us-central1/keyRings/cmektest/cryptoKeys/reports:
	// object gs://exports/report.csv (10 bytes) is encrypted with no customer-managed key
}

// recorder is a test that records its failures instead of failing. It implements what a Cloud calls.
type recorder struct {
	testing.TB // nil: only for the method that makes other implementations impossible
	failed     []string
	ended      bool
	cleanups   []func()
}

func (r *recorder) Helper()                  {}
func (r *recorder) Failed() bool             { return len(r.failed) > 0 }
func (r *recorder) Skipped() bool            { return false }
func (r *recorder) Context() context.Context { return context.Background() }
func (r *recorder) Cleanup(f func())         { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Setenv(name, value string) {
	before, was := os.LookupEnv(name)
	os.Setenv(name, value)
	r.Cleanup(func() {
		if os.Unsetenv(name); was {
			os.Setenv(name, before)
		}
	})
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	r.ended = true
	runtime.Goexit()
}

// record runs a test on a recorder.
func record(test func(*recorder)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, f := range slices.Backward(r.cleanups) {
				f()
			}
		}()
		test(r)
	}()
	<-done
	return r
}

// failures runs a test and returns the failures that it would print.
func failures(test func(testing.TB)) []string {
	return record(func(r *recorder) { test(r) }).failed
}
