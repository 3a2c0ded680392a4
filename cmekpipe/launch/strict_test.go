package launch_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/mongodbio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

const shoutName = "github.com/cmekpipe/cmekpipe-go/cmekpipe/launch_test.shout"

func TestStrictRefusesCodeThatIsNotReviewed(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*cmekpipe.Config)
		option launch.Option
		passes bool
	}{
		"option, not listed":      {option: launch.WithStrict()},
		"option, another listed":  {option: launch.WithStrict(shoutName + "2")},
		"option, a prefix listed": {option: launch.WithStrict("github.com/cmekpipe/cmekpipe-go/cmekpipe/launch_test.sh")},
		"option, listed":          {option: launch.WithStrict(shoutName), passes: true},
		"options, not listed":     {change: func(c *cmekpipe.Config) { c.Strict = true }},
		"options, listed":         {change: func(c *cmekpipe.Config) { c.Strict, c.Reviewed = true, []string{shoutName} }, passes: true},
		"both lists are joined":   {change: func(c *cmekpipe.Config) { c.Strict, c.Reviewed = true, []string{shoutName} }, option: launch.WithStrict("x"), passes: true},
		"not strict":              {passes: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, err := launch.Run(t.Context(), w.options(tc.change), harmless(), launch.WithHaste(), launch.WithProgress(w.said), tc.option)
			if tc.passes {
				if err != nil {
					t.Errorf("got %v, want the job launched", err)
				}
				return
			}
			if !errors.Is(err, cmekpipe.Unprotected) || !strings.HasSuffix(err.Error(), "\n\t\""+shoutName+"\",") {
				t.Errorf("got %v, want a refusal that ends with the entry to paste", err)
			}
			requireNothing(t, w)
		})
	}
}

func TestStrictRefusesServicesOutsideCloudKMSAndHooks(t *testing.T) {
	hooks.RegisterHook("mine", func([]string) hooks.Hook { return hooks.Hook{} })
	if err := hooks.EnableHook("mine"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hooks.DisableHook("mine") })
	w := newWorld(t)
	p, s := beam.NewPipelineWithRoot()
	mongodbio.Write(s, "mongodb://u:"+secret+"@h", "ledger", "entries", beam.Create(s, document{"1"}))
	entries := []string{"github.com/apache/beam/sdks/v2/go/pkg/beam/io/mongodbio.writeFn to ledger.entries", "hook mine"}
	plan := func(reviewed ...string) error {
		_, err := launch.Plan(t.Context(), w.options(nil), p, launch.WithStrict(reviewed...))
		return err
	}
	err := plan()
	for _, entry := range entries {
		if err == nil || !strings.Contains(err.Error(), "\n\t\""+entry+"\",") {
			t.Errorf("got %v, want the entry %s", err, entry)
		}
	}
	if strings.Contains(err.Error(), secret) {
		t.Error("got the secret in the error")
	}
	if err := plan(entries[:1]...); err == nil || strings.Contains(err.Error(), "mongodbio") {
		t.Errorf("got %v, want the hook refused only", err)
	}
	if err := plan(entries...); err != nil {
		t.Errorf("got %v, want both accepted", err)
	}
}

// writerFn is a DoFn as people write them.
type writerFn struct{ Folder, Password string }

func (*writerFn) ProcessElement(string) {}

type document struct {
	ID string `bson:"_id"`
}

func init() {
	beam.RegisterType(reflect.TypeFor[document]())
	beam.RegisterType(reflect.TypeFor[writerFn]())
}

func TestOneLineSaysWhatIsNotInspected(t *testing.T) {
	pipeline := func() *beam.Pipeline {
		p, s := beam.NewPipelineWithRoot()
		beam.ParDo0(s, &writerFn{Folder: "gs://bank-other/out", Password: secret}, beam.ParDo(s, shout, beam.Create(s, "a")))
		return p
	}
	w := newWorld(t)
	result, err := launch.Run(t.Context(), w.options(nil), pipeline(), launch.WithHaste(), launch.WithProgress(w.said))
	if err != nil {
		t.Fatal(err)
	}
	want := "cmekpipe: 2 functions, types and hooks of your own are not inspected and may write without the key; " +
		"their fields name gs://bank-other/out (launch.WithStrict refuses what is not on a reviewed list)\n"
	if got := w.said.String(); strings.Count(got, want) != 1 || strings.Contains(got, secret) {
		t.Errorf("got\n%s\nwant once\n%s", got, want)
	}
	found := result.Plan.Findings.Of(rule.OpaqueTransform)
	if len(found) != 2 || !strings.Contains(found[1].Detail, "its fields name gs://bank-other/out") {
		t.Errorf("got findings %v, want the object that the fields name", found)
	}
	if places := result.Plan.Findings.Of(rule.GraphConstants); len(places) != 1 || !strings.Contains(places[0].Detail, "launch_test.writerFn: Folder, Password") {
		t.Errorf("got findings %v, want the constants by place", places)
	}

	w = newWorld(t)
	if _, err := launch.Run(t.Context(), w.options(nil), pipeline(), launch.WithHaste(), launch.WithProgress(w.said),
		launch.WithStrict(shoutName, strings.Replace(shoutName, "shout", "writerFn", 1))); err != nil {
		t.Fatal(err)
	}
	if got := w.said.String(); strings.Contains(got, "not inspected") {
		t.Errorf("got\n%s\nwant no such line from a strict launch", got)
	}
}

func TestReadersOfThisModuleAreReported(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	textio.Read(s, "gs://bank-work/*")
	coverage, err := guard.Inspect(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"input.findFn", "textio.wholeFn"} {
		if !strings.Contains(coverage.String(), "/"+name+"\n") || !strings.Contains(coverage.String(), "reads-only root/textio.Read/") {
			t.Errorf("got\n%s\nwant reader %s", coverage, name)
		}
	}
}
