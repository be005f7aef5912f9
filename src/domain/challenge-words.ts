/**
 * Common English nouns of three to five letters, each one token of most tokenizers; none is part of a wording, and no two of them are what a
 * content filter looks for.
 */
export const challengeWords: readonly string[] = (
  'acid acre actor agent album angel ankle apple arch arena ' +
  'arm army art atom aunt axis back bacon badge bag baker ball band bank bar barn base ' +
  'basin bat bath beach bead beam bean bear beard beast bed bee beef beer bell belt bench berry ' +
  'bike bird block board boat bone book boot boss bow bowl box brain brand bread ' +
  'brick brush bull bus bush cab cabin cable cake calf camel camp canal candy cap cape ' +
  'car card cargo cart case cash cat cave cell chain chair chalk charm chart chat chef chess chest ' +
  'chin chip city clay cliff clock cloth cloud clown club coach coal coast coat coin cook ' +
  'coral cord cork corn cost couch court cow crab craft crane cream creek crop crowd crown cube ' +
  'cup curve dance data dawn day deal debt deck deer delta desk diary diet dirt dish ' +
  'dock dog doll door dose draft drama dream dress drill drink drum duck dust duty eagle ear ' +
  'earth east edge egg elbow elite envy essay event exam eye face fact fan farm fence ferry ' +
  'fever field film fire fish flag flame flood floor flour fluid foam fog food foot fork fort ' +
  'fox frame frog front frost fruit fuel fund fur fuse gap gas gate gear gene ghost giant gift ' +
  'glass globe glove glue goal goat gold golf grain grape graph grass grid grip group guard guest ' +
  'guide gum guy hair hall ham hand hat heart heat heel helm hen herb hero hill ' +
  'honey hood hook hope horn horse host hotel house ice idea image inch ink iron ivory jail jam jar jaw jazz ' +
  'jet jewel job joke judge juice jury key king kit kite knee knife knot lab lace lady lake lamb ' +
  'lamp land lane laser lawn layer lead leaf leg lemon lens level lever lid light limb lime line lion lip ' +
  'list load loan lobby lock log lord lunch lung magic mail mall man map maple march mask mass mat ' +
  'meal meat medal menu mercy metal meter mice milk mill mind mine mint mix model money month mood moon moss ' +
  'motor mouse mouth mud music myth nail nest net news night noise north nose note novel nurse oak oasis ocean ' +
  'oil olive onion opera orbit organ oven owl owner paint palm pan panel paper park party path peace peak pear pearl pen ' +
  'phone photo piano pie piece pig pilot pin pine pipe pit pizza plain plane plant plate plot poem poet point pole ' +
  'pond pony pool pork port post pot power press price pride pump queen race radar radio rail rain ranch rat ' +
  'razor ribs rice ring river road robot rock roof room root rope rose route rug ruler salad salt sand sauce scale ' +
  'scarf scene scout sea seal seat seed sheep sheet shelf shell ship shirt shoe shop shore silk skill skin ' +
  'skirt sky sleep slice slope smile smoke snake snow soap sock soda sofa soil song soul sound soup south spark ' +
  'spice spoon sport staff stage stair star state steam steel stem stick stone store storm story stove straw sugar suit sun ' +
  'table tail tank tape tea team tent theme tide tiger tile toast tool tooth torch tower town toy track trail train ' +
  'trap tray tree tribe truck tube uncle union unit valve van vase vein video villa vine voice wagon wall watch water ' +
  'wave wax well west whale wheat wheel wind wine wing wire wolf wood wool world worm wrist yacht yard yarn year youth zone'
).split(' ');
