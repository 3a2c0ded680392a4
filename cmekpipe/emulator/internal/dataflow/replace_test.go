package dataflow_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/proto"
)

// staged is a streaming job whose pipeline has transforms of these names, in the staging bucket at model.
func (c *cloud) staged(name, model string, transforms ...string) *api.Job {
	c.t.Helper()
	p := &pipepb.Pipeline{Components: &pipepb.Components{Transforms: map[string]*pipepb.PTransform{
		"root": {UniqueName: "whole", Subtransforms: []string{"e0"}}, // composites don't count
	}}}
	for i, t := range transforms {
		p.Components.Transforms["e"+strings.Repeat("0", i+1)] = &pipepb.PTransform{UniqueName: t}
	}
	text, err := proto.Marshal(p)
	if err != nil {
		c.t.Fatal(err)
	}
	url := "gs://staging/" + model
	c.files[url] = string(text)
	j := withKey(streamingJob(name), keyName)
	j.Environment.SdkPipelineOptions = []byte(`{"options":{"pipelineUrl":"` + url + `"}}`)
	return j
}

func TestReplacementWithAnotherKeyIsRefused(t *testing.T) {
	other := strings.Replace(keyName, "cryptoKeys/key", "cryptoKeys/key2", 1)
	for _, test := range []struct{ name, had, wants string }{
		{"another", keyName, other}, {"none", keyName, ""}, {"one for none", "", keyName},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			old := c.create(withKey(streamingJob("job"), test.had)).Id
			c.clock.pass(time.Second)
			next := withKey(streamingJob("job"), test.wants)
			next.ReplaceJobId = old
			_, err := c.jobs.Create(project, region, next).Do()
			e := wantError(t, err, http.StatusBadRequest, "failedPrecondition")
			for _, key := range []string{test.had, test.wants} {
				if !strings.Contains(e.Message, key) {
					t.Errorf("got message %q, want both keys in it", e.Message)
				}
			}
			c.wantState(old, "JOB_STATE_RUNNING")
			if got := len(c.env.Ledger.Entries()); got != 1 {
				t.Errorf("got %d ledger entries, want the old job's alone", got)
			}
		})
	}
}

func TestJobIsReplacedOnce(t *testing.T) {
	c := start(t)
	old := c.create(streamingJob("job")).Id
	c.clock.pass(time.Second)
	next := streamingJob("job")
	next.ReplaceJobId = old
	c.create(next)
	c.clock.pass(time.Second)
	_, err := c.jobs.Create(project, region, next).Do()
	e := wantError(t, err, http.StatusBadRequest, "failedPrecondition")
	if !strings.Contains(e.Message, "was replaced already") {
		t.Errorf("got message %q, want that it was replaced", e.Message)
	}
}

func TestReplacementKeepsTheTransforms(t *testing.T) {
	for _, test := range []struct {
		name    string
		had     []string
		has     []string
		mapping map[string]string
		missing string // "" for a compatible replacement
	}{
		{"the same", []string{"read", "count/sum"}, []string{"count/sum", "read"}, nil, ""},
		{"one more", []string{"read"}, []string{"read", "write"}, nil, ""},
		{"renamed", []string{"read", "count"}, []string{"read", "sum"}, nil, "missing steps count."},
		{"renamed and mapped", []string{"read", "count"}, []string{"read", "sum"}, map[string]string{"count": "sum"}, ""},
		{"renamed scope", []string{"a/b/c", "a/b/d"}, []string{"x/c", "x/d"}, map[string]string{"a/b": "x"}, ""},
		{"longest wins", []string{"a/b", "a/c"}, []string{"x/b", "y"}, map[string]string{"a": "x", "a/c": "y"}, ""},
		{"no part of a name", []string{"ab"}, []string{"xb"}, map[string]string{"a": "x"}, "The transform name mapping names a,"},
		{"mapped to an unknown transform", []string{"read"}, []string{"read2"}, map[string]string{"read": "read3"}, "missing steps read3."},
		{"deleted", []string{"read", "count"}, []string{"read"}, map[string]string{"count": ""}, ""},
		{"mapped from an unknown transform", []string{"read"}, []string{"read"}, map[string]string{"rad": "read"}, "names rad, which is no transform"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			old := c.create(c.staged("job", "old", test.had...)).Id
			c.clock.pass(time.Second)
			next := c.staged("job", "new", test.has...)
			next.ReplaceJobId, next.TransformNameMapping = old, test.mapping
			id := c.create(next).Id
			c.clock.pass(time.Second)
			if test.missing == "" {
				c.wantState(id, "JOB_STATE_RUNNING")
				c.wantState(old, "JOB_STATE_UPDATED")
				return
			}
			c.wantState(id, "JOB_STATE_FAILED")
			c.wantState(old, "JOB_STATE_RUNNING")
			texts := strings.Join(c.errorTexts(id), "\n")
			if !strings.Contains(texts, "The new job is not compatible with "+old) || !strings.Contains(texts, test.missing) {
				t.Errorf("got messages %q, want %q", texts, test.missing)
			}
		})
	}
}

func TestStepsAreComparedWithoutAStagedPipeline(t *testing.T) {
	c := start(t)
	withSteps := func(names ...string) *api.Job {
		j := streamingJob("job")
		for _, n := range names {
			j.Steps = append(j.Steps, &api.Step{Kind: "ParallelDo", Name: "s1", Properties: []byte(`{"user_name":"` + n + `"}`)})
		}
		return j
	}
	old := c.create(withSteps("read", "count")).Id
	c.clock.pass(time.Second)
	next := withSteps("read")
	next.ReplaceJobId = old
	id := c.create(next).Id
	c.clock.pass(time.Second)
	c.wantState(id, "JOB_STATE_FAILED")
	c.wantState(old, "JOB_STATE_RUNNING")
}

func TestInvalidMappingIsRefused(t *testing.T) {
	c := start(t)
	old := c.create(streamingJob("job")).Id
	c.clock.pass(time.Second)
	for _, test := range []struct {
		name, old string
		mapping   map[string]string
	}{
		{"job", old, map[string]string{"": "x"}},
		{"other", "", map[string]string{"a": "b"}},
	} {
		j := streamingJob(test.name)
		j.ReplaceJobId, j.TransformNameMapping = test.old, test.mapping
		_, err := c.jobs.Create(project, region, j).Do()
		wantError(t, err, http.StatusBadRequest, "badRequest")
	}
}
