package cmekpipe_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestAllFaultsComeBackAtOnce(t *testing.T) {
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
		`hint: use the id of the project that runs the job; ` +
		`cmekpipe[invalid-options] "sdk_version": got "2.39.0", want an SDK for Go that passes a key on, ` +
		`hint: use 2.40.0 or newer; hint: mend each option that is named; cmekpipe.Faults lists them`
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

func TestTempLocationIsNeverTakenFromStaging(t *testing.T) {
	c := goodConfig()
	c.TempLocation, c.StagingLocation = "", "gs://bank-scratch/staging"
	_, err := cmekpipe.FromConfig(c)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 1 || faults[0].Resource != "temp_location" {
		t.Errorf("got %v, want one fault of temp_location", err)
	}
}

func TestABadKeyIsNotAlsoBlamedOnItsRegion(t *testing.T) {
	c := goodConfig()
	c.Key, c.Region, c.WorkerZone = "", "us-east1", "us-west1-a"
	c.Subnetwork = "regions/us-east4/subnetworks/w"
	_, err := cmekpipe.FromConfig(c)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 1 || faults[0].Code != cmekpipe.KeyMissing {
		t.Errorf("got %v, want one fault, the key's", err)
	}
	c.WorkerZone = "x"
	_, err = cmekpipe.FromConfig(c)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 2 || faults[1].Hint != "use one such as us-central1-b" {
		t.Errorf("got %v, want a hint that names a zone", err)
	}
}

func TestFaultsOfOtherErrorsAreNone(t *testing.T) {
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
