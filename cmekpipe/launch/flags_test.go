package launch_test

import (
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx" // the flags of all its runners

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// notOptions are flags of the process that launch nothing: those of a worker, of Beam's logger and of package testing.
func notOption(name string) bool {
	return strings.HasPrefix(name, "test.") || slices.Contains([]string{
		"worker", "id", "logging_endpoint", "control_endpoint", "semi_persist_dir", "options",
		"log_level", "log_kind", "v", "logtostderr", "beam_log_level", "timestamp_format", "log_timestamp",
	}, name)
}

// A flag that Beam adds must be reviewed: it may store data without the key.
func TestEveryFlagOfBeamIsReadOrRefused(t *testing.T) {
	seen := 0
	flag.VisitAll(func(f *flag.Flag) {
		if notOption(f.Name) {
			return
		}
		seen++
		if !isRead(f.Name) && !isRefused(f.Name) {
			t.Errorf("Beam has flag --%s, which cmekpipe neither reads nor refuses", f.Name)
		}
	})
	if seen < 40 {
		t.Errorf("got %d flags of Beam, want all of them", seen)
	}
}

// isRead reports whether cmekpipe registers the flag itself.
func isRead(name string) bool {
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	cmekpipe.RegisterFlags(fs)
	return fs.Lookup(name) != nil
}

// isRefused reports whether FromFlags refuses the flag when it is set.
func isRefused(name string) bool {
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	cmekpipe.RegisterFlags(fs)
	fs.String(name, "", "")
	if err := fs.Parse([]string{"--" + name + "=x"}); err != nil {
		return false
	}
	_, err := cmekpipe.FromFlags(fs)
	return slices.ContainsFunc(cmekpipe.OptionErrors(err), func(e *cmekpipe.Error) bool {
		return e.Code == cmekpipe.Unsupported && strings.Contains(e.Resource, name)
	})
}

func TestRegisterFlagsLivesWithBeams(t *testing.T) {
	cmekpipe.RegisterFlags(flag.CommandLine)
	set := map[string]string{
		"dataflow_kms_key": keyName, "project": "bank-prod", "temp_location": "gs://bank-work/tmp", "num_workers": "3",
		"no_use_public_ips": "true",
	}
	for name, value := range set {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer flag.Set(name, before) //nolint:errcheck // it took the value before
	}
	opts, err := cmekpipe.FromFlags(flag.CommandLine)
	if err != nil {
		t.Fatal(err)
	}
	if w := opts.Workers(); opts.Key().String() != keyName || w.NumWorkers != 3 || !w.NoPublicIPs || opts.TempLocation().String() != set["temp_location"] {
		t.Errorf("got %+v, want what Beam's flags hold", opts.Config())
	}
}
