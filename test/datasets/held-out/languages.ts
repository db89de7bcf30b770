/** Clauses of seventeen languages. A sentence takes one of each list, so no two texts of a language are alike by chance. */
interface Clauses {
  open: string[];
  subject: string[];
  verb: string[];
  tail: string[];
  end: string;
  gap: string;
}

const clauses = (
  open: string,
  subject: string,
  verb: string,
  tail: string,
  end = '.',
  gap = ' ',
): Clauses => {
  const list = (piped: string) => piped.split('|');
  return { open: list(open), subject: list(subject), verb: list(verb), tail: list(tail), end, gap };
};

export const LANGUAGES: Record<string, Clauses> = {
  en: clauses(
    'Before lunch|On the second day|In most cases|After a long delay|If the weather holds|Oddly enough|During the audit|To be fair|For a beginner|Late in the season|Once the paint dries|At low tide',
    'the harbour pilot|a retired teacher|our billing service|the copper kettle|every tenth visitor|the northern branch|her older cousin|the maintenance crew|a flock of starlings|the second index|the translated edition|this recipe',
    'compares the figures with|quietly replaces|has never mentioned|is allowed to borrow|rebuilds|sends a reminder about|would rather avoid|measures|depends on|forgets to lock|describes in detail|trades places with',
    'the narrow bridge|three jars of plum jam|the quarterly summary|an old weather map|the staging database|the garden gate|a borrowed violin|the ferry timetable|two broken sensors|the city archive|the winter coats|a bag of barley',
  ),
  de: clauses(
    'Am frühen Morgen|Nach der Prüfung|In der Regel|Trotz des Regens|Für Anfänger|Im nächsten Jahr|Zum Glück|Laut Vertrag|Kurz vor Schluss|Über die Brücke hinweg',
    'prüft die Bäckerin|übernimmt der Hafenmeister|sucht unsere Kollegin|beschreibt das Gerät|vergisst der Nachbar|verkauft die Gärtnerei|zählt der Zähler|übersetzt die Schülerin|lagert das Museum|öffnet der Küchenchef',
    'ohne große Mühe|zum zweiten Mal|mit einem Schlüssel|aus reiner Höflichkeit|wie gewünscht|nach der Anleitung|für die Gäste|gegen Gebühr|sehr gründlich|in aller Ruhe',
    'die alte Mühle|den grünen Ordner|drei Gläser Apfelmus|das Wörterbuch|eine Straßenkarte|den Fahrplan|die Rückläufer|das Höhenprofil|den Schlüsselbund|die Übersicht',
  ),
  fr: clauses(
    'Le lendemain|Après la réunion|En général|Malgré la pluie|Pour les débutants|À l’approche de l’été|Par chance|Selon le contrat|Peu avant la fermeture|Dans l’atelier',
    'la boulangère|le capitaine du port|notre collègue|l’appareil photo|un élève sérieux|la pépinière|le musée régional|une traductrice|l’équipe de nuit|le propriétaire',
    'vérifie soigneusement|oublie de ranger|décrit|remplace sans bruit|préfère éviter|compte de nouveau|transporte|a déjà réparé|présente aux invités|cherche encore',
    'la vieille forêt|trois pots de confiture|le dictionnaire|une carte routière|les clés du grenier|l’horaire des ferries|deux capteurs cassés|la façade côté rue|le résumé trimestriel|les manteaux d’hiver',
  ),
  es: clauses(
    'Al día siguiente|Después de la reunión|Por lo general|A pesar de la lluvia|Para principiantes|En otoño|Por suerte|Según el contrato|Poco antes del cierre|En el taller',
    'la panadera|el capitán del puerto|nuestra compañera|la cámara|un niño pequeño|el vivero|el museo de la región|una traductora|el equipo de noche|la dueña',
    'revisa con cuidado|olvida guardar|describe|sustituye sin ruido|prefiere evitar|cuenta otra vez|transporta|ya reparó|presenta a los huéspedes|todavía busca',
    'el viejo molino|tres frascos de mermelada|el diccionario|un mapa de carreteras|las llaves del desván|el horario del tren|dos sensores rotos|la montaña más próxima|el resumen trimestral|los abrigos de invierno',
  ),
  pt: clauses(
    'No dia seguinte|Depois da reunião|Em geral|Apesar da chuva|Para iniciantes|No outono|Por sorte|Segundo o contrato',
    'a padeira|o capitão do porto|nossa colega|a câmera|um aluno sério|o museu da região|uma tradutora|a equipe da noite',
    'verifica com atenção|esquece de guardar|descreve|substitui sem ruído|prefere evitar|conta outra vez|já consertou|ainda procura',
    'o velho moinho|três potes de geleia|o dicionário|um mapa rodoviário|as chaves do sótão|o horário do trem|dois sensores quebrados|a estação mais próxima',
  ),
  it: clauses(
    'Il giorno dopo|Dopo la riunione|Di solito|Nonostante la pioggia|Per chi comincia|In autunno|Per fortuna|Secondo il contratto',
    'la fornaia|il capitano del porto|la nostra collega|la macchina fotografica|uno studente serio|il museo della città|una traduttrice|la squadra di notte',
    'controlla con cura|dimentica di riporre|descrive|sostituisce senza rumore|preferisce evitare|conta di nuovo|ha già riparato|cerca ancora',
    'il vecchio mulino|tre vasetti di marmellata|il dizionario|una carta stradale|le chiavi della soffitta|l’orario dei treni|due sensori rotti|la più alta libertà',
  ),
  nl: clauses(
    'De volgende dag|Na de vergadering|Meestal|Ondanks de regen|Voor beginners|In de herfst|Gelukkig|Volgens het contract',
    'controleert de bakker|vergeet de havenmeester|beschrijft onze collega|vervangt het toestel|telt een leerling|zoekt de kwekerij|bewaart het museum|vertaalt de buurvrouw',
    'zonder veel moeite|voor de tweede keer|met een sleutel|heel grondig|zoals gevraagd|in alle rust|tegen betaling|voor de gasten',
    'de oude molen|drie potten jam|het woordenboek|een wegenkaart|de sleutels van de zolder|de dienstregeling|twee kapotte sensoren|het overzicht',
  ),
  sv: clauses(
    'Dagen därpå|Efter mötet|I regel|Trots regnet|För nybörjare|På hösten|Som tur är|Enligt avtalet',
    'kontrollerar bagaren|glömmer hamnkaptenen|beskriver vår kollega|ersätter kameran|räknar en elev|söker trädgården|förvarar museet|översätter grannen',
    'utan större möda|för andra gången|med en nyckel|mycket noga|som önskat|i lugn och ro|mot avgift|för gästerna',
    'den gamla kvarnen|tre burkar sylt|ordboken|en vägkarta|nycklarna till vinden|tågtidtabellen|två trasiga givare|översikten på väggen',
  ),
  pl: clauses(
    'Następnego dnia|Po zebraniu|Zazwyczaj|Mimo deszczu|Dla początkujących|Jesienią|Na szczęście|Zgodnie z umową',
    'piekarka|kapitan portu|nasza koleżanka|aparat|pilny uczeń|szkółka leśna|muzeum miejskie|tłumaczka',
    'dokładnie sprawdza|zapomina schować|opisuje|po cichu wymienia|woli omijać|liczy jeszcze raz|już naprawiła|wciąż szuka',
    'stary młyn|trzy słoiki dżemu|słownik|mapę drogową|klucze do strychu|rozkład jazdy|dwa zepsute czujniki|źródło rzeki',
  ),
  ru: clauses(
    'На следующий день|После собрания|Как правило|Несмотря на дождь|Для начинающих|Осенью|К счастью|По договору',
    'булочница|капитан порта|наша коллега|фотоаппарат|прилежный ученик|городской музей|переводчица|ночная смена',
    'внимательно проверяет|забывает убрать|описывает|тихо заменяет|предпочитает обходить|пересчитывает|чинит|всё ещё ищет',
    'старую мельницу|три банки варенья|словарь|дорожную карту|ключи от чердака|расписание поездов|два сломанных датчика|пальто',
  ),
  tr: clauses(
    'Ertesi gün|Toplantıdan sonra|Genellikle|Yağmura rağmen|Yeni başlayanlar için|Sonbaharda|Neyse ki|Sözleşmeye göre',
    'fırıncı|liman kaptanı|iş arkadaşımız|fotoğraf makinesi|çalışkan öğrenci|şehir müzesi|çevirmen|gece ekibi',
    'eski değirmeni|üç kavanoz reçeli|sözlüğü|yol haritasını|çatı anahtarlarını|tren tarifesini|iki bozuk algılayıcıyı|kışlık paltoları',
    'dikkatle inceliyor|yerine koymayı unutuyor|anlatıyor|sessizce değiştiriyor|yeniden sayıyor|çoktan onardı|hâlâ arıyor|misafirlere gösteriyor',
  ),
  vi: clauses(
    'Ngày hôm sau|Sau cuộc họp|Thông thường|Mặc dù trời mưa|Vào mùa thu|May mắn thay|Theo hợp đồng|Trước giờ đóng cửa',
    'người thợ làm bánh|thuyền trưởng của cảng|đồng nghiệp của chúng tôi|cậu học trò|bảo tàng thành phố|người phiên dịch|đội trực đêm|bà chủ nhà',
    'kiểm tra cẩn thận|quên cất|mô tả|lặng lẽ thay thế|đếm lại|đã sửa|vẫn đang tìm|muốn tránh',
    'chiếc cối xay cũ|ba lọ mứt|cuốn từ điển|bản đồ đường bộ|chìa khóa gác mái|lịch tàu chạy|hai cảm biến hỏng|những chiếc áo khoác',
  ),
  id: clauses(
    'Keesokan harinya|Setelah rapat|Biasanya|Meskipun hujan|Untuk pemula|Pada musim kemarau|Untungnya|Menurut kontrak',
    'tukang roti itu|kapten pelabuhan|rekan kami|seorang murid|museum kota|penerjemah|petugas malam|pemilik rumah',
    'memeriksa dengan teliti|lupa menyimpan|menjelaskan|diam-diam mengganti|menghitung ulang|sudah memperbaiki|masih mencari|ingin menghindari',
    'kincir tua|tiga toples selai|kamus|peta jalan|kunci loteng|jadwal kereta|dua sensor rusak|ringkasan bulanan',
  ),
  zh: clauses(
    '第二天|会议之后|一般来说|尽管下雨|对初学者来说|到了秋天|幸运的是|根据合同|关门之前|在车间里',
    '面包师|港口船长|我们的同事|这台相机|认真的学生|城市博物馆|翻译|夜班小组|房东|苗圃',
    '仔细检查|忘记收好|描述了|悄悄更换|重新清点|已经修好|还在寻找|宁愿避开|运走了|介绍了',
    '旧磨坊|三罐果酱|词典|道路地图|阁楼的钥匙|列车时刻表|两个坏掉的传感器|冬天的外套|季度总结|花园的门',
    '。',
    '',
  ),
  ja: clauses(
    '翌日、|会議のあと、|ふつうは|雨にもかかわらず|初心者のために|秋になると|幸いなことに|契約によれば',
    'パン屋さんは|港の船長は|同僚は|このカメラは|まじめな生徒は|市の博物館は|翻訳者は|夜勤の班は',
    '古い水車を|三つのジャムの瓶を|辞書を|道路地図を|屋根裏の鍵を|列車の時刻表を|壊れたセンサーを|冬のコートを',
    'ていねいに調べます|片づけるのを忘れます|説明します|静かに取り替えます|もう一度数えます|すでに直しました|まだ探しています|避けたいそうです',
    '。',
    '',
  ),
  ar: clauses(
    'في اليوم التالي|بعد الاجتماع|في الغالب|رغم المطر|للمبتدئين|في الخريف|لحسن الحظ|وفقا للعقد',
    'الخباز|قبطان الميناء|زميلنا|الطالب المجتهد|متحف المدينة|المترجم|فريق الليل|صاحب البيت',
    'يفحص بعناية|ينسى أن يرتب|يصف|يستبدل بهدوء|يعد من جديد|أصلح|ما زال يبحث عن|يفضل تجنب',
    'الطاحونة القديمة|ثلاث علب من المربى|القاموس|خريطة الطرق|مفاتيح السطح|جدول القطارات|جهازين معطلين|معاطف الشتاء',
  ),
  hi: clauses(
    'अगले दिन|बैठक के बाद|आमतौर पर|बारिश के बावजूद|शुरुआती लोगों के लिए|पतझड़ में|सौभाग्य से|अनुबंध के अनुसार',
    'बेकर|बंदरगाह का कप्तान|हमारा सहकर्मी|मेहनती छात्र|शहर का संग्रहालय|अनुवादक|रात की टीम|मकान मालिक',
    'पुरानी चक्की को|जैम की तीन शीशियों को|शब्दकोश को|सड़क के नक्शे को|अटारी की चाबियों को|रेल की समय सारणी को|दो टूटे सेंसरों को|सर्दियों के कोट को',
    'ध्यान से जाँचता है|रखना भूल जाता है|समझाता है|चुपचाप बदलता है|फिर से गिनता है|ठीक कर चुका है|अब भी खोज रहा है|मेहमानों को दिखाता है',
    '।',
  ),
  ko: clauses(
    '다음 날|회의가 끝난 뒤|보통은|비가 오는데도|초보자를 위해|가을이 되면|다행히|계약에 따르면',
    '제빵사는|항구의 선장은|우리 동료는|성실한 학생은|시립 박물관은|번역가는|야간 근무조는|집주인은',
    '낡은 물레방아를|잼 세 병을|사전을|도로 지도를|다락방 열쇠를|기차 시간표를|고장 난 센서 두 개를|겨울 외투를',
    '꼼꼼히 살펴봅니다|치우는 것을 잊습니다|설명합니다|조용히 바꿉니다|다시 셉니다|이미 고쳤습니다|아직 찾고 있습니다|피하려고 합니다',
  ),
};
