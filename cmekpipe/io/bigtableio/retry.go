package bigtableio

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// rowPolicy is for calls with rows: 8 attempts with pauses of at most 7 seconds in all. Bigtable is soon back if it was
// away, and Beam retries the bundle. The retries of Google's clients are turned off: they resend rows that must not be
// written twice.
func rowPolicy() retry.Policy {
	return retry.Policy{Service: gcperr.Bigtable, Initial: 50 * time.Millisecond, Max: 10 * time.Second, Jitter: 1,
		Attempts: 8, Timeout: time.Minute}
}

// adminPolicy is for calls that administer clusters and tables. Their quota may be used up for more than a minute when
// hundreds of workers start at once, so such a refusal is retried up to 18 times, with pauses of at most 103 seconds in all.
func adminPolicy() retry.Policy {
	p := rowPolicy()
	p.QuotaAttempts = 18
	return p
}
