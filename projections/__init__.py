"""The read side: folds over events. Disposable: delete the views, rebuild, same answer."""
