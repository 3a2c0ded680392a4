package cmekpipe_test

import (
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// A program that has no such flag fails when it parses, before it could launch without a key.
func TestAKeyUnderAnUndefinedFlagIsAdvisedOnce(t *testing.T) {
	before := os.Args
	t.Cleanup(func() { os.Args = before })
	for _, name := range []string{"kms_key_name", "gcp_kms_key", "dataflowKmsKey", "kmsKey"} {
		os.Args = []string{"nightly", "--runner=dataflow", "--" + name + "=" + goodKey, "--project=bank-prod"}
		fs := flag.NewFlagSet("nightly", flag.ContinueOnError)
		var printed strings.Builder
		fs.SetOutput(&printed)
		cmekpipe.RegisterFlags(fs)
		cmekpipe.RegisterFlags(fs)
		if err := fs.Parse(os.Args[1:]); err == nil {
			t.Errorf("--%s: got no error", name)
		}
		if want := "flag --" + name + " is not defined: the flag for the job's key is --dataflow_kms_key"; strings.Count(printed.String(), want) != 1 {
			t.Errorf("--%s: got\n%s\nwant once: %s", name, printed.String(), want)
		}
	}
}

// TestCommandLinesOfUsers has command lines from public reports, with the names replaced.
func TestCommandLinesOfUsers(t *testing.T) {
	const ring = "/keyRings/R/cryptoKeys/K"
	for _, tt := range []struct {
		name string
		args []string
		want []string // texts of the errors; none if the command line is accepted
	}{
		{"key in another case", []string{"--dataflow_kms_key=projects/acme-keys/locations/europe-west2/keyRings/R/cryptokeys/K"},
			[]string{"with a capital K", "write projects/acme-keys/locations/europe-west2" + ring}},
		{"key and zone elsewhere", []string{"--dataflow_kms_key=projects/acme-keys/locations/global" + ring, "--region=europe-west1", "--zone=europe-west2-b"},
			[]string{`got a key in "global", want one in a single region`, "got a zone of europe-west2, want one of europe-west1"}},
		{"region of another cloud", []string{"--dataflow_kms_key=projects/acme-keys/locations/US" + ring, "--region=eu-west1"},
			[]string{`got location "US", want it in lower case`, "did you mean europe-west1?", "gcloud kms keyrings create R --location=europe-west1"}},
		{"staging location only, slash last, floating image, whole URL of a subnetwork", []string{
			"--dataflow_kms_key=projects/acme-keys/locations/europe-west1" + ring, "--temp_location=", "--staging_location=gs://acme-work/stage/",
			"--worker_harness_container_image=apache/beam_go_sdk:latest",
			"--subnetwork=https://www.googleapis.com/compute/v1/projects/acme-jobs/regions/europe-west1/subnetworks/s"}, nil},
		{"subnetwork as Terraform's documentation writes it", []string{"--dataflow_kms_key=projects/acme-keys/locations/europe-west1" + ring,
			"--subnetwork=googleapis.com/compute/v1/projects/acme-net/regions/europe-west1/subnetworks/s"}, nil},
		{"network of another project", []string{"--dataflow_kms_key=projects/acme-keys/locations/europe-west1" + ring,
			"--network=projects/acme-net/global/networks/shared"}, []string{"leave out network", "--network=shared --project=acme-net"}},
		{"sovereign universe", []string{"--dataflow_kms_key=projects/eu0:acme-keys/locations/u-germany-northeast1" + ring, "--project=eu0:acme-jobs",
			"--region=u-germany-northeast1", "--zone=u-germany-northeast1-a"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fs := flag.NewFlagSet("pipeline", flag.ContinueOnError)
			fs.SetOutput(io.Discard)
			cmekpipe.RegisterFlags(fs)
			args := append([]string{"--runner=dataflow", "--project=acme-jobs", "--temp_location=gs://acme-work/tmp"}, tt.args...)
			if err := fs.Parse(args); err != nil {
				t.Fatal(err)
			}
			_, err := cmekpipe.FromFlags(fs)
			if len(tt.want) == 0 && err != nil {
				t.Errorf("got %v, want the command line accepted", err)
			}
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
		})
	}
}
