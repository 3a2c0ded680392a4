package launch

import (
	"context"

	//lint:ignore SA1019 options may name it as long as Beam has it
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/direct"
)

// direct runs the pipeline in this process, with nothing serialised.
func (l *launcher) direct(ctx context.Context) error {
	result, err := direct.Execute(ctx, l.pipeline)
	if err != nil {
		return l.ended(ctx, "direct", err)
	}
	l.result.Metrics = result.Metrics()
	return nil
}
