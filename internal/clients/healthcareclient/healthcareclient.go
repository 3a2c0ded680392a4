// Package healthcareclient creates clients of the Cloud Healthcare API.
package healthcareclient

import (
	"context"
	"os"

	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

// New returns a client of the Cloud Healthcare API.
func New(ctx context.Context) (*healthcare.Service, error) {
	return healthcare.NewService(ctx, endpoint.HTTP(os.Getenv(emulatorenv.Healthcare))...)
}
