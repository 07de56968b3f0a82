"""Names as one meets them in the north of France; no person is meant.

Family names: frequent ones of the Pas-de-Calais and of France (INSEE, fichier des noms, for which
are frequent). Given names by generation: before 1950, 1970, 1990, and since (INSEE, fichier des
prénoms).
"""

from functools import cache
from random import Random

from vaxcentre.rules.communes import communes_of
from vaxcentre.rules.vocabulary import Sex

# Boulogne-sur-Mer, Outreau, Saint-Martin-Boulogne, Le Portel, Wimereux.
POSTAL_CODES = ("62200", "62230", "62280", "62480", "62930")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


FAMILY = _words(
    """
Lefebvre Dubois Leroy Carpentier Lecomte Delattre Dupont Martin Petit Durand Moreau Lambert
Duval Fournier Caron Boulanger Bailleul Mercier Delannoy Leclercq Vasseur Deschamps Fontaine
Hochart Masson Dumont Marchand Noel Robert Baron Cousin Prévost Roussel Blanchart Gosselin Hénin
Lacroix Lemaire Legrand Bernard Thomas Richard Laurent Simon Michel Garcia David Bertrand Roux
Vincent Henry Muller Girard Bonnet François Mansart Guérin Boyer Garnier Chevalier Gauthier
Perrin Robin Clément Morin Nicolas Dufour Mathieu Marie Vidal Brun Blanc Colin Vermeulen
Vandamme Declercq Maes Pruvost Sauvage Tellier Verhaeghe Wattel Wallet Caudron Cordier Courtois
Crépin Danel Debove Decroix Defossez Delcourt Delplanque Denoyelle Derycke Desmet Devos Dhaene
Drouart Ducrocq Dumoulin Evrard Facon Flament Fiolet Gamblin Gavois Gest Guilbert Hanquez
Hembert Herbaut Hermant Huret Jacquart Joly Kowalski Nowak Wojciechowski Lheureux Loeuillet
Louchez Magnier Maillard Manier Merlin Monchaux Obert Ohier Paque Parmentier Patoux Pecqueur
Pinte Playe Poulain Potier Queval Quénu Ramet Rogez Sagot Selingue Senecat Stoven Tassart Thueux
Trollé Vanhoutte Vérove Wadoux Wallois Wimez Yvart Benali Haddad Bouzid Da_Silva Ferreira Nguyen
Diallo Traoré Nuñez D’Hallendre De_Smet L’Hermitte Saint-Maxent O’Brien
"""
)

WOMEN = {
    1950: _words(
        """
        Jeannine Monique Jacqueline Denise Yvette Paulette Simone Thérèse Ginette Odette
        Marie-Thérèse Andrée Renée Lucienne Huguette Raymonde Ada Georgette Ghislaine
        Claudine
        """
    ),
    1970: _words(
        """
        Martine Françoise Nicole Chantal Christine Sylvie Brigitte Catherine Patricia
        Annie Évelyne Marie-Christine Dominique Bernadette Véronique Nathalie Isabelle
        Corinne Pascale Joëlle
        """
    ),
    1990: _words(
        """
        Stéphanie Céline Sandrine Aurélie Émilie Virginie Élodie Audrey Mélanie Julie
        Laëtitia Delphine Karine Sabrina Hélène Caroline Amélie Noémie Fatima Samira
        """
    ),
    2030: _words(
        """
        Léa Manon Chloé Camille Emma Inès Jade Louise Zoé Clara Anaïs Sarah Lola Maëlys
        Romane Alice Éloïse Juliette Nour Lina
        """
    ),
}
MEN = {
    1950: _words(
        """
        Marcel Roger Robert René Raymond Omer Émile Lucien Georges Henri André Maurice
        Léon Gaston Fernand Albert Edmond Paul Jules Désiré
        """
    ),
    1970: _words(
        """
        Michel Gérard Jean-Claude Bernard Daniel Alain Jean-Pierre Christian Jacques
        Patrick Philippe Serge Francis Guy Yves Jean-Marie Didier Pascal Ghislain Hervé
        """
    ),
    1990: _words(
        """
        Sébastien Nicolas David Frédéric Christophe Jérôme Laurent Stéphane Olivier
        Cédric Ludovic Grégory Guillaume Mickaël Benoît Karim Mehdi Arnaud Fabrice Loïc
        """
    ),
    2030: _words(
        """
        Lucas Hugo Théo Enzo Nathan Louis Jules Gabriel Raphaël Adam Ethan Noah Timéo
        Maxime Antoine Baptiste Mathis Rayan Sacha Malo
        """
    ),
}


def family_name(random: Random) -> str:
    """A family name; one in fourteen is a double name."""
    name = random.choice(FAMILY)
    if random.random() < 0.07 and name.isalpha():
        other = random.choice(FAMILY)
        return f"{name}-{other}" if other.isalpha() and other != name else name
    return name


def given_names(random: Random, sex: Sex, birth_year: int) -> str:
    """A given name of that generation; one in five has a second one."""
    table = WOMEN if sex is Sex.FEMALE else MEN
    own = next(table[limit] for limit in sorted(table) if birth_year < limit)
    name = random.choice(own)
    second = random.choice(own)
    return f"{name} {second}" if random.random() < 0.2 and second != name else name


def why_cancelled(random: Random) -> str:
    """What people say when they cancel."""
    town = random.choice(communes())
    return random.choice(
        (
            "Empêchement",
            "Ne peut pas se déplacer ce jour-là",
            f"Préfère la pharmacie à {town}",
            f"Reçoit sa famille à {town}",
            "Pas de voiture",
        )
    )


@cache
def communes() -> tuple[str, ...]:
    """The communes from which people come: Boulogne-sur-Mer and those that share its roads."""
    return tuple(sorted({name for code in POSTAL_CODES for name in communes_of(code)}))
