"""What happens to the registers, told after the actor's name."""

from accelerator.journal import declare

declare("registers.imported", "a chargé {source} : {summary}")
declare("registers.import_failed", "n’a pas pu charger {source} : {cause}")
declare("registers.import_interrupted", "a constaté que l’import de {source} s’était interrompu")
