"""The subcommands of `dangxia`, one module per noun; each adds its parser and its acts."""
