package launch_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/kafkaio"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/xlang/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/expansiontest"
)

// mixed is a world whose temp bucket puts what Java keeps in it under the key.
type mixed struct {
	*world
	service *expansiontest.Service
}

func newMixed(t *testing.T, all ...*expansiontest.Artifact) *mixed {
	t.Helper()
	w := newWorld(t)
	w.CreateBucket("bank-java", "us-central1", w.key)
	return &mixed{w, expansiontest.Start(t, all...)}
}

// toJava gives the job a temp bucket for workers of other SDKs.
func toJava(c *cmekpipe.Config) {
	c.TempLocation, c.StagingLocation = "gs://bank-java/tmp", "gs://bank-work/staging"
}

// pipeline has two transforms of another SDK, each with an environment of its own.
func (m *mixed) pipeline() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	kafkaio.Read(s, m.service.Address, "broker:1", []string{"entries"})
	bigqueryio.Write(s, m.key.MustBigQueryTable("bank-prod.ledger.entries"), beam.Create(s, ledgerEntry{"a"}),
		bigqueryio.WithExpansionAddr(m.service.Address))
	return p
}

func (m *mixed) launch(p *beam.Pipeline) (*launch.Result, error) {
	m.t.Helper()
	return launch.Run(m.t.Context(), m.options(toJava), p, launch.WithHaste(), launch.WithProgress(m.said))
}

// requireNothing fails if the launch left anything in Google's cloud.
func (m *mixed) requireNothing(t *testing.T) {
	t.Helper()
	if got := append(m.entries("object"), m.entries("job")...); len(got) != 0 {
		t.Errorf("got %v, want nothing", got)
	}
}

// dependencies returns what the environments of the staged model need, by environment; this SDK's is left out.
func (m *mixed) dependencies(url string) map[string][]*pipepb.ArtifactInformation {
	m.t.Helper()
	var model pipepb.Pipeline
	if err := proto.Unmarshal(m.ReadObject(url), &model); err != nil {
		m.t.Fatal(err)
	}
	found := map[string][]*pipepb.ArtifactInformation{}
	for id, e := range model.GetComponents().GetEnvironments() {
		if id != "go" {
			found[id] = e.GetDependencies()
		}
	}
	return found
}

func TestFilesOfOtherSDKsAreStagedWithTheKey(t *testing.T) {
	m := newMixed(t, expansiontest.New("java-io.jar", "the transforms"), expansiontest.New("avro.jar", "a library"))
	result, err := m.launch(m.pipeline())
	if err != nil {
		t.Fatal(err)
	}
	job := m.jobs()[0]
	model := optionsOf(t, job).Others["pipelineUrl"].(string)
	environments := m.dependencies(model)
	if len(environments) != 2 {
		t.Fatalf("got environments %v, want one for each transform", slices.Collect(maps.Keys(environments)))
	}
	for id, needs := range environments {
		var got []string
		for _, a := range needs {
			var payload pipepb.ArtifactUrlPayload
			var role pipepb.ArtifactStagingToRolePayload
			if err := errors.Join(proto.Unmarshal(a.GetTypePayload(), &payload), proto.Unmarshal(a.GetRolePayload(), &role)); err != nil {
				t.Fatal(err)
			}
			if a.GetTypeUrn() != "beam:artifact:type:url:v1" || !strings.HasSuffix(payload.GetUrl(), "/"+role.GetStagedName()) {
				t.Errorf("%s: got %s at %s for %s, want a URL that ends in the name", id, a.GetTypeUrn(), payload.GetUrl(), role.GetStagedName())
			}
			if want := expansiontest.New("", string(m.ReadObject(payload.GetUrl()))).SHA256; payload.GetSha256() != want {
				t.Errorf("%s: got SHA-256 %s for %s, want %s", id, payload.GetSha256(), payload.GetUrl(), want)
			}
			got = append(got, role.GetStagedName()+"="+string(m.ReadObject(payload.GetUrl())))
		}
		if want := []string{"java-io.jar=the transforms", "avro.jar=a library"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
	m.requireSentOnce(t, result, 2)
	packages := map[string]string{}
	for _, p := range job.Environment.WorkerPools[0].Packages {
		packages[p.Name] = p.Sha256
	}
	if len(packages) != 3 || packages["avro.jar"] != expansiontest.New("", "a library").SHA256 {
		t.Errorf("got packages %v, want the worker and two files with their hashes", packages)
	}
	for _, spelling := range []string{"dataflowKmsKey", "dataflow_kms_key"} {
		if got := optionsOf(t, job).Others[spelling]; got != m.key.String() {
			t.Errorf("got option %s %v for other SDKs, want %s", spelling, got, m.key)
		}
	}
}

// requireSentOnce fails unless worker, model and a number of files were each sent once, with the key.
func (m *mixed) requireSentOnce(t *testing.T, result *launch.Result, files int) {
	t.Helper()
	sent := map[string]int{}
	for _, e := range m.Ledger() {
		if e.Kind != "object" || e.Method == "dataflow.jobs.create" {
			continue // or workers wrote it
		}
		if e.ProtectedBy() != m.key || !e.KeyAsked {
			t.Errorf("%s is encrypted with %q, want %s, asked for", e.Name, e.ProtectedBy(), m.key)
		}
		sent[e.Name]++
	}
	if len(result.Plan.Staged) != files+2 || len(result.Plan.Unresolved) != 0 {
		t.Errorf("got %d files in the planned, awaiting %v, want %d and none", len(result.Plan.Staged), result.Plan.Unresolved, files+2)
	}
	for _, f := range result.Plan.Staged {
		if sent[f.URL] != 1 || f.Key != m.key {
			t.Errorf("got %s sent %d times under %s, want once", f.URL, sent[f.URL], f.Key)
		}
	}
}

func TestFilesThatAreStagedAreNotSentAgain(t *testing.T) {
	m := newMixed(t, expansiontest.New("java-io.jar", "the transforms"))
	p := m.pipeline()
	if _, err := m.launch(p); err != nil {
		t.Fatal(err)
	}
	result, err := launch.Run(t.Context(), m.options(func(c *cmekpipe.Config) {
		toJava(c)
		c.JobName = "weekly"
	}), p, launch.WithHaste(), launch.WithProgress(m.said))
	if err != nil {
		t.Fatal(err)
	}
	m.requireSentOnce(t, result, 1)
}

func TestAFileThatCantBeHadStagesNothing(t *testing.T) {
	down := status.Error(codes.Unavailable, "down")
	for name, tt := range map[string]struct {
		spoil func(*expansiontest.Artifact)
		code  cmekpipe.Code
		about string
	}{
		"failing":      {func(a *expansiontest.Artifact) { a.Errors = slices.Repeat([]error{down}, 20) }, cmekpipe.Unavailable, "avro.jar"},
		"truncated":    {func(a *expansiontest.Artifact) { a.Content = a.Content[:3] }, cmekpipe.Corrupted, "avro.jar"},
		"unknown type": {func(a *expansiontest.Artifact) { a.Type = "beam:artifact:type:maven:v1" }, cmekpipe.Unsupported, "beam:artifact:type:maven:v1"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := expansiontest.New("avro.jar", "a library")
			m := newMixed(t, expansiontest.New("java-io.jar", "the transforms"), bad)
			tt.spoil(bad)
			_, err := m.launch(m.pipeline())
			requireError(t, err, tt.code, "artifact "+tt.about+" of expansion service "+m.service.Address)
			m.requireNothing(t)
		})
	}
}

func TestFilesOfTheSameNameAreRefused(t *testing.T) {
	m := newMixed(t, expansiontest.New("a.jar", "one"))
	p, s := beam.NewPipelineWithRoot()
	kafkaio.Read(s, m.service.Address, "broker:1", []string{"entries"})
	other := expansiontest.Start(t, expansiontest.New("a.jar", "two"))
	kafkaio.Read(s, other.Address, "broker:1", []string{"entries"})
	_, err := m.launch(p)
	requireError(t, err, cmekpipe.Unsupported, "artifact a.jar")
	m.requireNothing(t)
}

func TestEnvironmentsThatDataflowCannotRunAreRefused(t *testing.T) {
	m := newMixed(t, expansiontest.New("a.jar", "one"))
	m.service.Environment, m.service.Name = "beam:env:process:v1", "java"
	_, err := m.launch(m.pipeline())
	requireError(t, err, cmekpipe.Unsupported, "environment java")

	m.service.Environment = "beam:env:docker:v1"
	if _, err := m.launch(m.pipeline()); err != nil {
		t.Errorf("got error %v for two transforms of one environment, want none", err)
	}
	p, s := beam.NewPipelineWithRoot()
	kafkaio.Read(s, m.service.Address, "broker:1", []string{"entries"})
	other := expansiontest.Start(t, expansiontest.New("a.jar", "two"))
	other.Name = "java"
	kafkaio.Read(s, other.Address, "broker:1", []string{"entries"})
	_, err = m.launch(p)
	requireError(t, err, cmekpipe.Unsupported, "environment java")
}

// Java writes to the temp location without naming a key. Its bucket is checked before the service is asked.
func TestTheTempBucketOfOtherSDKsHasTheKey(t *testing.T) {
	m := newMixed(t, expansiontest.New("a.jar", "one"))
	m.CreateBucket("bank-plain", "us-central1", cmekpipe.KeyName{})
	_, err := launch.Run(t.Context(), m.options(func(c *cmekpipe.Config) {
		toJava(c)
		c.TempLocation = "gs://bank-plain/tmp"
	}), m.pipeline(), launch.WithHaste(), launch.WithProgress(m.said))
	requireError(t, err, cmekpipe.KeyMissing, "gs://bank-plain")
	m.requireNothing(t)
	if n := m.service.Calls(""); n != 0 {
		t.Errorf("got the service asked %d times, want the bucket checked first", n)
	}
}

// Java's environment reaches the model as a copy: a pipeline may be launched again, with other options.
func TestAPipelineStaysAsItIs(t *testing.T) {
	m := newMixed(t, expansiontest.New("a.jar", "one"))
	p := m.pipeline()
	before := environmentsOf(t, p)
	result, err := launch.Run(t.Context(), m.options(func(c *cmekpipe.Config) {
		toJava(c)
		c.SDKContainerImageOverrides = map[string]string{".*java.*": "gcr.io/bank/java:1"}
	}), p, launch.WithHaste(), launch.WithProgress(m.said))
	if err != nil {
		t.Fatal(err)
	}
	if got := environmentsOf(t, p); !slices.EqualFunc(got, before, func(a, b *pipepb.Environment) bool { return proto.Equal(a, b) }) {
		t.Errorf("got environments %v after the launch, want %v", got, before)
	}
	images := map[string]bool{}
	for _, i := range result.Plan.Request.Environment.WorkerPools[0].SdkHarnessContainerImages {
		images[i.ContainerImage] = true
	}
	if !images["gcr.io/bank/java:1"] {
		t.Errorf("got images %v, want the options'", images)
	}
}

// environmentsOf returns copies of what expansion services gave a pipeline.
func environmentsOf(t *testing.T, p *beam.Pipeline) (all []*pipepb.Environment) {
	t.Helper()
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edges {
		if e.External == nil || e.External.Expanded == nil {
			continue
		}
		environments := e.External.Expanded.Components.(*pipepb.Components).GetEnvironments()
		for _, id := range slices.Sorted(maps.Keys(environments)) {
			if id != "go" {
				all = append(all, proto.CloneOf(environments[id]))
			}
		}
	}
	if len(all) != 2 {
		t.Fatalf("got %d environments, want 2", len(all))
	}
	return all
}

func TestAPlanAsksNoExpansionService(t *testing.T) {
	m := newMixed(t, expansiontest.New("a.jar", "one"))
	planned, err := launch.Plan(t.Context(), m.options(toJava), m.pipeline())
	if err != nil {
		t.Fatal(err)
	}
	if n := m.service.Calls(""); n != 0 {
		t.Errorf("got the service asked %d times, want none", n)
	}
	if len(planned.Unresolved) != 2 || planned.Unresolved[0].Service != m.service.Address || !slices.Equal(planned.Unresolved[0].Names, []string{expansiontest.Deferred}) {
		t.Errorf("got %+v awaited, want the files of two environments", planned.Unresolved)
	}
	if planned.Request != nil || len(planned.Staged) != 1 || !strings.HasSuffix(planned.Staged[0].URL, "/worker") {
		t.Errorf("got request %v and files %v, want the worker's alone", planned.Request, planned.Staged)
	}
	if !slices.ContainsFunc(planned.Findings, func(f rule.Finding) bool { return f.Rule == rule.JobMetadata }) {
		t.Errorf("got findings %v, want those on the request too", planned.Findings)
	}
	for _, want := range []string{"known only when launched", m.service.Address, expansiontest.Deferred} {
		if !strings.Contains(planned.String(), want) {
			t.Errorf("got planned\n%s\nwant it to say %q", planned, want)
		}
	}
	text, err := json.Marshal(planned)
	if err != nil {
		t.Fatal(err)
	}
	var read plan.Plan
	if err := json.Unmarshal(text, &read); err != nil || len(read.Unresolved) != 2 {
		t.Errorf("got %+v awaited and error %v, want what was written", read.Unresolved, err)
	}
	m.requireNothing(t)
}

// Beam starts Java's service by itself while the pipeline is built, and puts its files on this machine.
func TestFilesOfAServiceThatBeamStarted(t *testing.T) {
	m := newMixed(t)
	path := filepath.Join(t.TempDir(), "1-a.jar")
	if err := os.WriteFile(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := expansiontest.New("a.jar", "one")
	a.Path = path
	build := func() *beam.Pipeline {
		p := m.pipeline()
		requireReplaced(t, p, "autojava:runExpansionService", a.Info())
		return p
	}
	planned, err := launch.Plan(t.Context(), m.options(toJava), build())
	if err != nil {
		t.Fatal(err)
	}
	if len(planned.Unresolved) != 0 || len(planned.Staged) != 3 || planned.Request == nil {
		t.Errorf("got %v awaited and files %v, want all three named", planned.Unresolved, planned.Staged)
	}
	result, err := m.launch(build())
	if err != nil {
		t.Fatal(err)
	}
	m.requireSentOnce(t, result, 1)
	if n := m.service.Calls(""); n != 0 {
		t.Errorf("got the service asked %d times, want none", n)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err = m.launch(build())
	requireError(t, err, cmekpipe.NotFound, "artifact a.jar of this machine")
}

// requireReplaced makes the expansions of a pipeline what Beam makes of those of a service that it started.
func requireReplaced(t *testing.T, p *beam.Pipeline, address string, info *pipepb.ArtifactInformation) {
	t.Helper()
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	replaced := 0
	for _, e := range edges {
		if e.External == nil || e.External.Expanded == nil {
			continue
		}
		e.External.ExpansionAddr = address
		for id, environment := range e.External.Expanded.Components.(*pipepb.Components).GetEnvironments() {
			if id != "go" {
				environment.Dependencies = []*pipepb.ArtifactInformation{info}
				replaced++
			}
		}
	}
	if replaced != 2 {
		t.Fatalf("got %d environments, want 2", replaced)
	}
}

func TestFilesThatCannotBeEncryptedEndTheLaunch(t *testing.T) {
	m := newMixed(t, expansiontest.New("a.jar", "one"))
	t.Setenv("TMPDIR", t.TempDir())
	m.Inject(emulator.Fault{Method: "storage.objects.insert", Resource: "gs://bank-work/staging/cmekpipe/*/*/a.jar", Status: 403})
	_, err := m.launch(m.pipeline())
	if cmekpipe.CodeOf(err) != cmekpipe.PermissionDenied {
		t.Errorf("got error %v, want code %q", err, cmekpipe.PermissionDenied)
	}
	m.requireNothing(t)
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "cmekpipe-artifacts-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("got %q left on this machine and error %v, want nothing", left, err)
	}
}
