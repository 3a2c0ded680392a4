package shared_test

import (
	"slices"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

func TestSetFindsVariablesOfOtherServices(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:1")
	t.Setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:2")
	t.Setenv("STORAGE_EMULATOR_HOST_GRPC", "127.0.0.1:3")
	t.Setenv("FUTURE_EMULATOR_HOST", "127.0.0.1:4")
	t.Setenv("EMPTY_EMULATOR_HOST", "")
	t.Setenv("UNRELATED", "127.0.0.1:5")
	want := []string{"FUTURE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST_GRPC"}
	if got := shared.EmulatorVariables(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
