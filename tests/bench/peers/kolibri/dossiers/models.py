"""The table that Morango replicates: a dossier of ten fields."""

from django.db import models
from morango.models.core import SyncableModel

# `class` is no name that Python can give.
FIELDS = ("name", "id_number", "birth", "sex", "phone", "unit", "education", "number", "klass",
          "shelf")  # fmt: skip


class Dossier(SyncableModel):
    """One record; its dataset is the county's certificate."""

    morango_profile = "archive"
    morango_model_name = "dossier"
    dataset = ""

    name = models.CharField(max_length=40)
    id_number = models.CharField(max_length=18)
    birth = models.CharField(max_length=10)
    sex = models.CharField(max_length=8)
    phone = models.CharField(max_length=20)
    unit = models.CharField(max_length=40)
    education = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    klass = models.CharField(max_length=40)
    shelf = models.CharField(max_length=20)

    def calculate_source_id(self, *_: object) -> str:
        return str(self._morango_source_id)

    def calculate_partition(self, *_: object) -> str:
        return f"{self.dataset}:dossier"
