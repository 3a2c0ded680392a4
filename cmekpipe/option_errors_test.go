package cmekpipe_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestAllFaultsAreReturnedAtOnce(t *testing.T) {
	_, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: "samza", Key: keyIn("global"), Project: "X", Region: "US-CENTRAL1", TempLocation: "gs:/bank-scratch",
		StagingLocation: "s3://bank", JobName: "X", Labels: map[string]string{"B": "", "A": ""}, SDKVersion: "2.39.0",
		WorkerBinary: "\n", SDKContainerImage: "\n", ServiceAccountEmail: "x", Network: "\n", Subnetwork: "x", NumWorkers: -1,
		MachineType: "\n", AutoscalingAlgorithm: "x", FlexRSGoal: "x", WorkerRegion: "global", Zone: "x",
		Experiments: []string{"\n"}, ServiceOptions: []string{"\n"},
	})
	var got []string
	for _, f := range cmekpipe.OptionErrors(err) {
		got = append(got, f.Resource)
		checkSentence(t, f, "")
	}
	want := []string{
		"runner", "dataflow_kms_key", "project", "region", "temp_location", "staging_location", "job_name", "labels", "labels",
		"sdk_version", "worker_binary", "sdk_container_image", "service_account_email", "network", "subnetwork", "num_workers",
		"worker_machine_type", "autoscaling_algorithm", "flexrs_goal", "worker_region", "zone",
		"worker_region, worker_zone, zone", "experiments", "dataflow_service_options",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	checkWhole(t, err, "cmekpipe.FromConfig", cmekpipe.InvalidName, cmekpipe.InvalidOptions, cmekpipe.LocationMismatch)
}

func TestTheErrorShowsEachFaultOnOneLine(t *testing.T) {
	c := goodConfig()
	c.Project, c.SDKVersion = "", "2.39.0"
	_, err := cmekpipe.FromConfig(c)
	const want = `cmekpipe[invalid-options] cmekpipe.FromConfig: "job options": ` +
		`cmekpipe[invalid-options] "project": got no project, want the id of one, ` +
		`hint: set project to the id of the project that runs the job; list yours: gcloud projects list; ` +
		`cmekpipe[invalid-options] "sdk_version": got "2.39.0", want an SDK for Go that supports customer-managed keys, ` +
		`hint: use 2.40.0 or newer: go get github.com/apache/beam/sdks/v2@latest; ` +
		`hint: fix the options listed; cmekpipe.OptionErrors(err) returns one error per option`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestNothingGivenNamesWhatIsRequired(t *testing.T) {
	_, configErr := cmekpipe.FromConfig(cmekpipe.Config{})
	_, flagsErr := fromFields(t, nil)
	for _, err := range []error{configErr, flagsErr} {
		var got []string
		for _, f := range cmekpipe.OptionErrors(err) {
			got = append(got, f.Resource)
		}
		if diff := cmp.Diff([]string{"dataflow_kms_key", "project", "temp_location"}, got); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		if !errors.Is(err, cmekpipe.KeyMissing) {
			t.Errorf("got %v, want %q among its codes", err, cmekpipe.KeyMissing)
		}
	}
}

// As in Beam: a command line may name the staging location only.
func TestTempLocationDefaultsToAFolderInStaging(t *testing.T) {
	for staging, want := range map[string]string{
		"gs://bank-scratch/staging/": "gs://bank-scratch/staging/tmp", "gs://bank-scratch": "gs://bank-scratch/tmp",
	} {
		c := goodConfig()
		c.TempLocation, c.StagingLocation = "", staging
		opts := mustOptions(t, c)
		if got := opts.TempLocation().String(); got != want || opts.Config().TempLocation != want {
			t.Errorf("staging %s: got temp %q and %q, want %q", staging, got, opts.Config().TempLocation, want)
		}
		if got := opts.StagingLocation().String() + "/"; got != strings.TrimSuffix(staging, "/")+"/" {
			t.Errorf("got staging %q, want %q", got, staging)
		}
	}
	c := goodConfig()
	c.TempLocation, c.StagingLocation = "", "bank-scratch"
	_, err := cmekpipe.FromConfig(c)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 1 || faults[0].Resource != "staging_location" {
		t.Errorf("got %v, want one fault of staging_location", err)
	}
}

func TestABadKeyIsOneFault(t *testing.T) {
	c := goodConfig()
	c.Key, c.WorkerZone = "", "us-west1-a"
	c.Subnetwork = "regions/us-east4/subnetworks/w"
	_, err := cmekpipe.FromConfig(c)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 1 || faults[0].Code != cmekpipe.KeyMissing {
		t.Errorf("got %v, want one fault, the key's", err)
	}
	c.WorkerZone = "x"
	_, err = cmekpipe.FromConfig(c)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 2 || !strings.Contains(faults[1].Error(), "us-central1-b") {
		t.Errorf("got %v, want a hint that names a zone", err)
	}
}

// The option region is what other places are compared with while there is no good key.
func TestABadKeyHidesNoOtherFault(t *testing.T) {
	c := goodConfig()
	c.Key, c.Region, c.Zone = keyIn("global"), "europe-west1", "europe-west2-b"
	_, err := cmekpipe.FromConfig(c)
	var got []string
	for _, f := range cmekpipe.OptionErrors(err) {
		got = append(got, f.Resource+" "+string(f.Code))
	}
	if diff := cmp.Diff([]string{"dataflow_kms_key location-mismatch", "zone location-mismatch"}, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestOptionErrorsOfOtherErrorsAreNone(t *testing.T) {
	for _, err := range []error{nil, errors.New("x"), &cmekpipe.Error{Code: cmekpipe.InvalidOptions}} {
		if got := cmekpipe.OptionErrors(err); got != nil {
			t.Errorf("Faults(%v): got %v, want none", err, got)
		}
	}
	_, err := cmekpipe.FromConfig(cmekpipe.Config{})
	if got := cmekpipe.OptionErrors(fmt.Errorf("start: %w", err)); len(got) != 3 {
		t.Errorf("got %d faults of a wrapped error, want 3", len(got))
	}
}
