package session_test

import (
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// options are those of a job on Dataflow, changed.
func options(t *testing.T, change func(*cmekpipe.Config)) *cmekpipe.Options {
	t.Helper()
	c := cmekpipe.Config{Runner: "dataflow", Project: cmektest.Project, TempLocation: "gs://bank-work/tmp",
		Key: "projects/" + cmektest.Project + "/locations/us-central1/keyRings/cmektest/cryptoKeys/pipelines"}
	if change != nil {
		change(&c)
	}
	opts, err := cmekpipe.FromConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	return opts
}

// requireCode returns the error's hint, and fails the test for another code.
func requireCode(t *testing.T, err error, code cmekpipe.Code) (hint string) {
	t.Helper()
	if cmekpipe.CodeOf(err) != code {
		t.Fatalf("got error %v, want code %q", err, code)
	}
	e, ok := cmekpipe.FindError(fmt.Sprint(err))
	if !ok || e.Op != "test.Op" {
		t.Fatalf("got error %v, want one of test.Op", err)
	}
	return e.Hint
}

func TestJobNameIsTheUsersOrANewOne(t *testing.T) {
	if got := session.JobName(options(t, func(c *cmekpipe.Config) { c.JobName = "nightly" })); got != "nightly" {
		t.Errorf("got name %q, want nightly", got)
	}
	// Source: https://docs.cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.jobs, field name.
	legal := regexp.MustCompile(`^cmekpipe-\d{8}-\d{6}-[0-9a-f]{8}$`)
	first, second := session.JobName(options(t, nil)), session.JobName(options(t, nil))
	if !legal.MatchString(first) || first == second {
		t.Errorf("got names %q and %q, want two different ones that match %v", first, second, legal)
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	legal, seen := regexp.MustCompile(`^[0-9a-f]{32}$`), map[string]bool{}
	for range 100 {
		id := session.RequestID()
		if !legal.MatchString(id) || seen[id] {
			t.Fatalf("got request id %q, want a new one that matches %v", id, legal)
		}
		seen[id] = true
	}
}

func TestCheckLabelsLeavesRoomForTheRequest(t *testing.T) {
	for n, hint := range map[int]string{0: "", 1: "", jobs.MaxLabels: "", jobs.MaxLabels + 1: "remove 1"} {
		opts := options(t, func(c *cmekpipe.Config) {
			c.Labels = map[string]string{}
			for i := range n {
				c.Labels[fmt.Sprintf("label-%d", i)] = "x"
			}
		})
		err := session.CheckLabels("test.Op", opts)
		if hint == "" && err != nil {
			t.Errorf("%d labels: got error %v, want none", n, err)
		}
		if hint != "" {
			if got := requireCode(t, err, cmekpipe.InvalidOptions); got != hint {
				t.Errorf("%d labels: got hint %q, want %q", n, got, hint)
			}
		}
	}
}

func TestCheckOptionsRefusesTheZeroOptions(t *testing.T) {
	if err := session.CheckOptions("test.Op", options(t, nil)); err != nil {
		t.Errorf("got error %v, want none", err)
	}
	for _, opts := range []*cmekpipe.Options{nil, {}} {
		requireCode(t, session.CheckOptions("test.Op", opts), cmekpipe.InvalidOptions)
	}
}

func TestExperimentsAreAddedOnce(t *testing.T) {
	const off = session.NoSampling
	for name, tt := range map[string]struct {
		cpu              string
		list, more, want []string
	}{
		"none":                   {"", nil, nil, []string{off}},
		"the user's stay":        {"", []string{"a", "b=c"}, nil, []string{"a", "b=c", off}},
		"further ones":           {"", []string{"a"}, []string{"x"}, []string{"a", "x", off}},
		"one that is there":      {"", []string{"x", off}, []string{"x"}, []string{"x", off}},
		"one with another value": {"", []string{"x=1"}, []string{"x"}, []string{"x=1", off}},
		"a longer name":          {"", []string{"xy"}, []string{"x"}, []string{"xy", "x", off}},
		"a platform of the CPU":  {"Intel Ice Lake", nil, nil, []string{off, "min_cpu_platform=Intel Ice Lake"}},
	} {
		opts := options(t, func(c *cmekpipe.Config) { c.MinCPUPlatform = tt.cpu })
		before := slices.Clone(tt.list)
		if got := session.Experiments(opts, tt.list, tt.more...); !slices.Equal(got, tt.want) || !slices.Equal(tt.list, before) {
			t.Errorf("%s: got %q of %q, want %q and the list untouched", name, got, tt.list, tt.want)
		}
	}
}

func TestCheckEnvironmentAcceptsGoogleOrTheLoopbackCloudAlone(t *testing.T) {
	const dataflow, storage = shared.DataflowHost, shared.StorageHost
	for name, tt := range map[string]struct {
		set      map[string]string
		variable string // that the refusal names; "" for none
	}{
		"Google":                 {nil, ""},
		"loopback":               {map[string]string{dataflow: "127.0.0.1:1", storage: "localhost:2"}, ""},
		"URLs and IPv6":          {map[string]string{dataflow: "http://[::1]:1/x", storage: "[::1]"}, ""},
		"no Dataflow":            {map[string]string{storage: "127.0.0.1:2"}, storage},
		"no Cloud Storage":       {map[string]string{dataflow: "127.0.0.1:2"}, dataflow},
		"another machine":        {map[string]string{dataflow: "127.0.0.1:1", storage: "10.0.0.1:2"}, storage},
		"a name like localhost":  {map[string]string{dataflow: "localhost.evil.example:1", storage: "127.0.0.1:2"}, dataflow},
		"an address with a name": {map[string]string{dataflow: "127.0.0.1.evil.example", storage: "127.0.0.1:2"}, dataflow},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range shared.EmulatorVariables() {
				t.Setenv(variable, "")
			}
			for variable, value := range tt.set {
				t.Setenv(variable, value)
			}
			err := session.CheckEnvironment("test.Op")
			if tt.variable == "" {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			hint := requireCode(t, err, cmekpipe.EmulatorSet)
			if e, _ := cmekpipe.FindError(err.Error()); e.Resource != tt.variable || !strings.HasPrefix(hint, "unset ") || !strings.Contains(hint, tt.variable) {
				t.Errorf("got error %v, want it to name %s and how to unset it", err, tt.variable)
			}
		})
	}
}

func TestBucketsMustExistWhereTheKeyIs(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key, other := cloud.CreateKey("us-central1", "pipelines"), cloud.CreateKey("us-central1", "other")
	cloud.CreateBucket("bank-plain", "us-central1", cmekpipe.KeyName{})
	cloud.CreateBucket("bank-keyed", "us-central1", key)
	cloud.CreateBucket("bank-other", "us-central1", other)
	cloud.CreateBucket("bank-paris", "europe-west9", cmekpipe.KeyName{})
	ctx := t.Context()
	services, err := session.Connect(ctx, "test.Op", options(t, func(c *cmekpipe.Config) { c.Key = key.String() }),
		session.NewSettings(ctx, []session.Setting{session.WithProgress(nil), session.WithLogger(slog.New(slog.DiscardHandler))}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { services.Storage.Close() }) //nolint:errcheck // nothing was written
	for bucket, want := range map[string]struct{ exists, keyed cmekpipe.Code }{
		"bank-plain":   {"", cmekpipe.KeyMissing},
		"bank-keyed":   {"", ""},
		"bank-other":   {"", ""}, // a finding
		"bank-paris":   {cmekpipe.LocationMismatch, cmekpipe.LocationMismatch},
		"bank-missing": {cmekpipe.NotFound, cmekpipe.NotFound},
	} {
		places := []string{"gs://bank-keyed/tmp", "gs://" + bucket + "/a", "gs://" + bucket + "/b"}
		if got := cmekpipe.CodeOf(services.Buckets(ctx, places...)); got != want.exists {
			t.Errorf("%s: Buckets: got code %q, want %q", bucket, got, want.exists)
		}
		if got := cmekpipe.CodeOf(services.KeyedBuckets(ctx, places...)); got != want.keyed {
			t.Errorf("%s: KeyedBuckets: got code %q, want %q", bucket, got, want.keyed)
		}
	}
}
