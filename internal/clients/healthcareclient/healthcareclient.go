// Package healthcareclient creates clients of the Cloud Healthcare API.
package healthcareclient

import (
	"context"
	"os"

	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// New returns a client of the Cloud Healthcare API.
func New(ctx context.Context) (*healthcare.Service, error) {
	return healthcare.NewService(ctx, endpoint.HTTP(Endpoint())...)
}

// Endpoint returns the address of the emulator, or "".
func Endpoint() string { return os.Getenv(shared.HealthcareHost) }

// Shared returns the process's client of [New].
func Shared(ctx context.Context) (*healthcare.Service, error) {
	return shared.Client(ctx, shared.ID{Service: "healthcare", Endpoint: Endpoint()}, New)
}
