"""BCF files, versions 2.1 and 3.0: topics, comments and viewpoints as other programs exchange them.

``read_bcf`` and ``to_bcf`` are the edges; between them is a neutral `Topic`, which knows no version. What is seen is a
`View`, as everywhere here (mm, Y up); files hold metres, Z up. Files come from anybody: `archive` bounds what it opens.
The XML itself is read and written by the models of bcf-client, of IfcOpenShell. Needs the extra `bcf`.

Source: buildingSMART, BCF-XML, documentation and schemas of both versions.
"""

from bimplus_nb.exchange.bcf.read import read_bcf
from bimplus_nb.exchange.bcf.topics import Comment, Topic, Topics, Viewpoint
from bimplus_nb.exchange.bcf.write import to_bcf

__all__ = ["Comment", "Topic", "Topics", "Viewpoint", "read_bcf", "to_bcf"]
