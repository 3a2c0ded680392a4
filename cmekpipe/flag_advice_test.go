package cmekpipe_test

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestAKeyUnderAnUndefinedFlagIsAdvised(t *testing.T) {
	const key = "projects/acme-keys/locations/us-central1/keyRings/R/cryptoKeys/K"
	for _, tt := range []struct {
		name string
		args []string
		want string // the flag in the advice; none if ""
	}{
		{"gcloud's name in Python", []string{"--kms_key_name=" + key}, "--kms_key_name"},
		{"another", []string{"--project=p", "--gcp_kms_key=" + key, "--region=r"}, "--gcp_kms_key"},
		{"Java's, one hyphen, value apart", []string{"-dataflowKmsKey", key}, "--dataflowKmsKey"},
		{"gcloud's", []string{"--dataflow-kms-key", key, "input"}, "--dataflow-kms-key"},
		{"the API's", []string{"--kmsKey=" + key}, "--kmsKey"},
		{"another flag", []string{"--projekt=p", "--kms_key_name=" + key}, ""},
		{"help", []string{"--help"}, ""},
		{"a bad value", []string{"--workers=kms"}, ""},
		{"a flag that the program has", []string{"--own_kms_key=" + key, "--projekt=p"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := os.Args
			t.Cleanup(func() { os.Args = before })
			os.Args = append([]string{"nightly"}, tt.args...)
			for kind, usage := range map[string]func(){"default usage": nil, "own usage": func() {}} {
				fs := flag.NewFlagSet("nightly", flag.ContinueOnError)
				fs.String("project", "", "")
				fs.String("region", "", "")
				fs.String("own_kms_key", "", "")
				fs.Int("workers", 1, "")
				var printed strings.Builder
				fs.SetOutput(&printed)
				fs.Usage = usage
				cmekpipe.AdviseKeyFlag(fs)
				if err := fs.Parse(os.Args[1:]); err == nil {
					t.Fatal("got no error")
				}
				advice := "flag " + tt.want + " is not defined: the flag for the job's key is --dataflow_kms_key;"
				if tt.want == "" && strings.Contains(printed.String(), "dataflow_kms_key") || !strings.Contains(printed.String(), advice) && tt.want != "" {
					t.Errorf("%s: got\n%s\nwant advice on %q", kind, printed.String(), tt.want)
				}
				if usage == nil && !strings.Contains(printed.String(), "Usage of nightly:\n  -own_kms_key") {
					t.Errorf("got\n%s\nwant the usage", printed.String())
				}
			}
		})
	}
}

// A flag set that parses something else than the command line of the process says nothing about that.
func TestAnotherCommandLineIsNotAdvised(t *testing.T) {
	fs := flag.NewFlagSet("nightly", flag.ContinueOnError)
	var printed strings.Builder
	fs.SetOutput(&printed)
	cmekpipe.AdviseKeyFlag(fs)
	if err := fs.Parse([]string{"--kms_key_name=k", "a", "b"}); err == nil || errors.Is(err, flag.ErrHelp) {
		t.Fatalf("got error %v, want an undefined flag", err)
	}
	if strings.Contains(printed.String(), "dataflow_kms_key") {
		t.Errorf("got\n%s\nwant no advice", printed.String())
	}
}
