"""Everybody who works here reads the price list."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.catalog.models import Product, Treatment, TreatmentPrice, TreatmentText, TreatmentTherapist

for model in (Treatment, TreatmentPrice, TreatmentText, TreatmentTherapist, Product):
    register(model, everyone_with(Permission.CATALOG_READ))
