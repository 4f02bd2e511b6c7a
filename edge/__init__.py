"""The box of a township: domain, store, workflows, imaging, documents, web; `box` composes it."""
