package gcperr_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

const element = "pan-4111111111111111"

func TestDataflowTextShowsWhatTheServiceSays(t *testing.T) {
	for _, tc := range []struct{ message, want string }{
		{"Workers have started successfully.", "Workers have started successfully."},
		{"Autoscaling: Resized worker pool from 1 to 0.", "Autoscaling: Resized worker pool from 1 to 0."},
		{"(c31f81dff566e4d3): Workflow failed. Causes: (c31f81dff566e6d5): Unable to bring up enough workers: minimum 1, actual 0.",
			"Workflow failed. Causes: Unable to bring up enough workers: minimum 1, actual 0."},
		{"Workflow failed. Causes: S01 failed.\n" + element, "Workflow failed. Causes: S01 failed."},
		{"Workflow failed. Causes: S01. Root cause: can't parse " + element, "Workflow failed. Causes: S01."},
		{"Workflow failed. Causes: S27:Save failed., BigQuery execution failed., HTTP transport error: Message: " + element,
			"Workflow failed. Causes: S27:Save failed., BigQuery execution failed.,"},
		{"Executing operation a\x1b[31m/b", "Executing operation a [31m/b"},
		{"Workflow failed " + strings.Repeat("é", 1000), "Workflow failed " + strings.Repeat("é", 242) + "…"},
	} {
		got, ok := gcperr.DataflowText(tc.message)
		if !ok || got != tc.want {
			t.Errorf("DataflowText(%q): got %q, %v, want %q", tc.message, got, ok, tc.want)
		}
	}
}

func TestDataflowTextWithholdsTheRest(t *testing.T) {
	for _, message := range []string{
		"", element, "Error message from worker: generic::unknown: process bundle failed: " + element,
		"A hot key '" + element + "' was detected in step 's1'.", "java.lang.RuntimeException: " + element,
		"(c31f81dff566e4d3): " + element, "panic: Workflow failed " + element,
	} {
		if got, ok := gcperr.DataflowText(message); ok || got != "" {
			t.Errorf("DataflowText(%q): got %q, %v, want nothing", message, got, ok)
		}
	}
}
