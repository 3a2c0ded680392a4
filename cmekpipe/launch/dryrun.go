package launch

import "context"

// dryRun plans the launch and shows the plan where progress goes. The result holds it as its draft.
func (l *launcher) dryRun(ctx context.Context) error {
	if err := l.plan(ctx); err != nil {
		return err
	}
	l.progress.Say("dry run: nothing was staged or submitted; this is what would be\n%s", l.result.Draft)
	return nil
}
